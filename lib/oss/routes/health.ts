import { Router } from 'express';
import type { Logger } from 'pino';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import type { ErrorCode } from '../error-codes.ts';
import { SeldomLog } from '../seldom-log.ts';
import { httpErrorFrom } from './errors.ts';
import { resource } from './resource.ts';

/** Rejects when the server cannot do without; resolves with `degraded` when it can, but not as well as it should. */
export type ReadinessCheck = (() => Promise<void>) | (() => Promise<'degraded' | undefined>);

export interface HealthRoutesOptions {
  /** What the server needs, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Whether this process is about to end; then it is not ready, however well everything works. */
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** `/health` and `/alive`: the process answers. `/ready`: so does everything that it needs. */
export function healthRoutes({ checks, isDraining, log }: HealthRoutesOptions): DeclaredRoutes {
  const router = Router();
  const seldom = new SeldomLog(log);
  for (const path of ['/health', '/alive']) {
    resource(router, path, { get: (_req, res) => res.json('OK') });
  }
  /** Those who ask while the checks run get what comes of these, so that asking often costs little. */
  let running: Promise<Outcomes> | undefined;
  resource(router, '/ready', {
    get: async (_req, res) => {
      if (isDraining()) {
        res.status(503).json({
          error: 'Not ready: this server is shutting down.',
          code: 'draining' satisfies ErrorCode,
          ready: false,
          checks: {},
        });
        return;
      }
      const outcomes = await (running ??= runAll(checks, seldom).finally(() => (running = undefined)));
      const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
      const ready = failed.length === 0;
      res.status(ready ? 200 : 503).json({
        ...(!ready && {
          error: `Not ready: ${failed.map(({ name }) => name).join(', ')}.`,
          code: 'not_ready' satisfies ErrorCode,
        }),
        ready,
        checks: Object.fromEntries(outcomes.map(({ name, outcome }) => [name, outcome])),
        ...(!ready && { reasons: Object.fromEntries(failed.map(({ name, reason }) => [name, reason])) }),
      });
    },
  });
  return defineRoutes({ name: 'health', router });
}

type Outcomes = readonly {
  readonly name: string;
  readonly outcome: 'ok' | 'degraded' | 'failed';
  /** Of a failure, the code that a request would be answered with. */
  readonly reason?: ErrorCode;
}[];

function runAll(checks: HealthRoutesOptions['checks'], log: SeldomLog): Promise<Outcomes> {
  return Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        return { name, outcome: (await check()) ?? ('ok' as const) };
      } catch (err) {
        log.error({ err, check: name }, 'A readiness check failed');
        return { name, outcome: 'failed' as const, reason: httpErrorFrom(err).code };
      }
    }),
  );
}

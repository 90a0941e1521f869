import { Router } from 'express';
import type { Logger } from 'pino';
import { resource } from './resource.ts';

export interface HealthRoutesOptions {
  /** What has to work before this server can; a check rejects when it does not. */
  readonly checks: Readonly<Record<string, () => Promise<void>>>;
  /** Whether this process is about to end; then it is not ready, however well everything works. */
  readonly isDraining: () => boolean;
  readonly log: Logger;
}

/** `/health` and `/alive`: the process answers. `/ready`: so does everything that it needs. */
export function healthRoutes({ checks, isDraining, log }: HealthRoutesOptions): Router {
  const router = Router();
  for (const path of ['/health', '/alive']) {
    resource(router, path, { get: (_req, res) => res.json('OK') });
  }
  resource(router, '/ready', {
    get: async (_req, res) => {
      if (isDraining()) {
        res.status(503).json({
          error: 'Not ready: this server is shutting down.',
          code: 'draining',
          ready: false,
          checks: {},
        });
        return;
      }
      const outcomes = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          try {
            await check();
            return [name, 'ok'] as const;
          } catch (err) {
            log.error({ err, check: name }, 'A readiness check failed');
            return [name, 'failed'] as const;
          }
        }),
      );
      const failed = outcomes.filter(([, outcome]) => outcome === 'failed').map(([name]) => name);
      const ready = failed.length === 0;
      res.status(ready ? 200 : 503).json({
        ...(!ready && { error: `Not ready: ${failed.join(', ')}.`, code: 'not_ready' }),
        ready,
        checks: Object.fromEntries(outcomes),
      });
    },
  });
  return router;
}

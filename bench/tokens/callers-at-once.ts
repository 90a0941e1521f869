/** Ten thousand callers at once on one expired token: one refresh, whose outcome all of them get. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Secret } from '../../lib/oss/secret.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { summarize } from '../rounds.ts';
import type { Result } from '../suite.ts';
import { betterAuthPeer } from './better-auth.ts';
import { tokenManager } from './manager.ts';

const USER = '583231';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export async function callersAtOnce(smoke: boolean): Promise<Result> {
  const [callers, rounds] = smoke ? ([100, 1] as const) : ([10_000, 10] as const);
  const github = await FakeGitHub.listen();
  const folder = await mkdtemp(join(tmpdir(), 'bench-tokens-'));
  const manager = tokenManager({ folder, github, app: github.app, now: github.clock.now });
  const [milliseconds, bytes]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round < rounds; round++) {
      const issued = github.tokens.issuePair('octocat');
      await manager.store(USER, {
        accessToken: new Secret(issued.access_token),
        refreshToken: new Secret(issued.refresh_token ?? ''),
        expiresAt: 1,
      });
      collectGarbage();
      const heap = process.memoryUsage().heapUsed;
      const start = performance.now();
      const waiting = Array.from({ length: callers }, () => manager.token(USER));
      await new Promise(setImmediate);
      bytes.push((process.memoryUsage().heapUsed - heap) / callers);
      const given = await Promise.all(waiting);
      milliseconds.push(performance.now() - start);
      if (new Set(given).size !== 1) throw new Error('Callers got different tokens.');
    }
    const others = await betterAuthPeer({ expired: true });
    await Promise.all(Array.from({ length: callers }, () => others.token()));
    return {
      title: `${callers.toLocaleString('en-US')} callers at once on one expired token`,
      unit: 'ms until all have the new one',
      timings: new Map([['token()', summarize(milliseconds)]]),
      claims: [
        { name: 'refreshes at GitHub, each time', value: github.calls.refreshes / rounds, below: 1.001 },
        { name: 'bytes for each caller who waits', value: summarize(bytes).median },
        { name: 'refreshes of better-auth for as many callers', value: others.refreshes },
      ],
    };
  } finally {
    await manager.close();
    await github.close();
    await rm(folder, { recursive: true });
  }
}

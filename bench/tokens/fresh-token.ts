/** `token()` while the token is fresh: what every request that talks to GitHub pays. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { measure, type Work } from '../rounds.ts';
import { ratio, type Result } from '../suite.ts';
import { betterAuthPeer } from './better-auth.ts';
import { someTokens, tokenManager } from './manager.ts';

const USER = '583231';

/** One call after the other, as the requests of one user come. */
function repeat(call: () => Promise<unknown>): Work['run'] {
  return async (times) => {
    for (let n = 0; n < times; n++) await call();
  };
}

export async function freshToken(smoke: boolean): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tokens-'));
  const [remembering, reading] = [tokenManager({ folder }), tokenManager({ folder, staleMs: 0 })];
  try {
    await remembering.store(USER, someTokens());
    const peer = await betterAuthPeer({ expired: false });
    const plain = new Low<unknown>(new JSONFile(join(folder, 'users/github', USER, 'github_token.json')), {});
    const timings = await measure(
      [
        { name: 'token()', run: repeat(() => remembering.token(USER)) },
        { name: 'token(), from the disk each time', run: repeat(() => reading.token(USER)) },
        { name: 'better-auth getAccessToken, in memory', run: repeat(() => peer.token()) },
        { name: 'lowdb read', run: repeat(() => plain.read()) },
      ],
      smoke ? { rounds: 2, times: 5 } : { rounds: 25, times: 400 },
    );
    return {
      title: 'token(), fresh',
      unit: 'ns per call',
      timings,
      claims: [
        ratio(timings, ['token()', 'better-auth getAccessToken, in memory'], 1),
        ratio(timings, ['token(), from the disk each time', 'lowdb read']),
      ],
    };
  } finally {
    await Promise.all([remembering.close(), reading.close()]);
    await rm(folder, { recursive: true });
  }
}

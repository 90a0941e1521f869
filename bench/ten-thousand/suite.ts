/**
 * 10,000 users at once on PostgreSQL and Redis, each of whom has a token that dies once within two minutes: so many as die in
 * 30 minutes where tokens live for as long. In one minute two cores, which have the users and GitHub as well, fall behind.
 * `UPDATE_TABLES=1 npm run bench -- ten-thousand` writes docs/scaling.md as well.
 *
 * Memory is flat when what is left of it after a full collection of garbage is. What a process has of the system is no
 * measure: V8 takes more for as long as there is some, before it looks for garbage.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { refreshAheadMs } from '../../lib/enterprise/tokens/refresh-schedule.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { newDatabase } from '../../test/services/databases.ts';
import { PostgresServer } from '../../test/services/engines/postgres-server.ts';
import { RedisServer } from '../../test/services/engines/redis-server.ts';
import { addSignedInUsers } from '../../test/services/signed-in-users.ts';
import { ServerWithWorkers } from '../server-with-workers.ts';
import type { Suite } from '../suite.ts';
import { askAll } from './crowd.ts';
import { KeptMemory } from './kept-memory.ts';
import { claims, type Summary, writeTable } from './summary.ts';

const WORKERS = 2;
/** Of a token. */
const LIFE_MS = 60_000;
const DEFAULT_AHEAD_MS = 300_000;

const suite: Suite = {
  about:
    'users with tokens that die, on PostgreSQL and Redis (on Debian: apt-get install postgresql redis-server)',
  async run({ smoke }) {
    const summary = await measure(
      smoke ? { users: 50, seconds: 6, everySeconds: 2 } : { users: 10_000, seconds: 120, everySeconds: 40 },
    );
    const checked = claims(summary);
    // What memory does in some seconds means nothing.
    const broken = checked
      .slice(0, smoke ? -1 : undefined)
      .filter(({ value, below = Infinity, above = -Infinity }) => !(value < below && value > above));
    if (broken.length > 0) throw new Error(`Broken: ${JSON.stringify(broken)} of ${JSON.stringify(summary)}`);
    if (process.env.UPDATE_TABLES === '1' && !smoke)
      await writeTable(new URL('../../docs/scaling.md', import.meta.url), summary);
    return [
      {
        title: `${summary.users} users, ${summary.requests} requests in ${summary.seconds} s, ${WORKERS} workers`,
        unit: 'ms for a client, MiB of memory',
        timings: new Map([
          ['how long a client waits: half of them, 99 of 100', { minimum: summary.p50, median: summary.p99 }],
          [
            'memory that all workers keep: second quarter, last quarter',
            { minimum: summary.keptBefore, median: summary.keptAfter },
          ],
          [
            'memory of the system that they have at most',
            { minimum: summary.resident, median: summary.resident },
          ],
        ]),
        claims: checked,
      },
    ];
  },
};
export default suite;

interface Size {
  readonly users: number;
  readonly seconds: number;
  /** How often each user asks. */
  readonly everySeconds: number;
}

async function measure({ users, seconds, everySeconds }: Size): Promise<Summary> {
  const [postgres, redis, github] = await Promise.all([
    PostgresServer.start(),
    RedisServer.start(),
    FakeGitHub.listen({ rateLimit: 1_000_000_000 }),
  ]);
  const kept = await KeptMemory.prepare();
  let server: ServerWithWorkers | undefined;
  try {
    const env = {
      ...github.environment,
      ...kept.environment,
      // V8 lets a heap grow before it looks for garbage; what must be kept has room in here.
      NODE_OPTIONS: `${kept.environment.NODE_OPTIONS} --max-old-space-size=140`,
      DATABASE_URL: (await newDatabase(postgres)).reveal(),
      REDIS_URL: redis.url,
      COOKIE_SECRETS: randomBytes(32).toString('hex'),
      TOKEN_ENCRYPTION_KEYS: `k1:${randomBytes(32).toString('base64')}`,
      // It is to be counted, not to be met: all users have one address.
      RATE_LIMIT: '1000000/second;100000000/minute',
    };
    server = await ServerWithWorkers.start(WORKERS, env);
    // All are due while each of them still comes once more.
    const dueWithinMs = (seconds - everySeconds) * 1000;
    // Time for adding them passes before anybody comes.
    const begin = Date.now() + 2_000 + users * 2;
    const cookies = await addSignedInUsers(github, env, users, (id, index) => {
      const expiresAt = begin + (index / users) * dueWithinMs + refreshAheadMs(id, LIFE_MS, DEFAULT_AHEAD_MS);
      return { obtainedAt: expiresAt - LIFE_MS, expiresAt };
    });
    await delay(begin - Date.now());
    const [{ failures, waits }, memory] = await Promise.all([
      askAll(`${server.url}/api/github/installations`, cookies, { seconds, everySeconds }),
      sampleMemory(server, kept, seconds),
    ]);
    if (failures.length > 0) console.error(failures.slice(0, 5));
    const sorted = [...waits].sort((a, b) => a - b);
    const percentile = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN);
    return {
      users,
      seconds,
      workers: WORKERS,
      requests: waits.length,
      failures: failures.length,
      refreshes: github.calls.refreshes,
      reused: github.tokens.reusedRefreshTokens,
      p50: percentile(0.5),
      p99: percentile(0.99),
      ...memory,
    };
  } finally {
    await server?.stop();
    await Promise.all([github.close(), postgres.stop(), redis.stop(), kept.remove()]);
  }
}

/** How often memory is looked at in a quarter: what is kept for requests under way differs, so the least of it counts. */
const LOOKS_IN_A_QUARTER = 4;

/** Looks at memory for so many seconds. */
async function sampleMemory(
  server: ServerWithWorkers,
  kept: KeptMemory,
  seconds: number,
): Promise<Pick<Summary, 'keptBefore' | 'keptAfter' | 'resident'>> {
  const workers = await server.workers();
  const began = Date.now();
  const looks = 4 * LOOKS_IN_A_QUARTER;
  const least = [Infinity, Infinity, Infinity, Infinity];
  let resident = 0;
  for (let look = 0; look < looks; look++) {
    const quarter = Math.floor(look / LOOKS_IN_A_QUARTER);
    await delay(began + ((look + 0.5) / looks) * seconds * 1000 - Date.now());
    resident = Math.max(resident, (await server.residentMiB()) || 0);
    least[quarter] = Math.min(least[quarter] ?? Infinity, await kept.of(workers));
  }
  const [, before = NaN, , after = NaN] = least.map(Math.round);
  return { keptBefore: before, keptAfter: after, resident: Math.round(resident) };
}

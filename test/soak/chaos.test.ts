import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../eventually.ts';
import { ChaosSite } from './chaos/chaos-site.ts';
import { ChaosUser } from './chaos/chaos-user.ts';
import { DATABASE_FAULTS, OTHER_FAULTS } from './chaos/faults.ts';
import { Findings } from './chaos/findings.ts';
import { recovery } from './chaos/recovery.ts';
import { storm } from './chaos/storm.ts';
import { randomFrom } from './killed/random.ts';

/** CHAOS_MINUTES=10 is the full run. */
const MINUTES = Number(process.env.CHAOS_MINUTES ?? 0.5);
/** SOAK_SEED repeats which faults come, and for how long; what the servers do meanwhile differs. */
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const SERVERS = 4;
const USERS = 50;
const TOKEN_LIFETIME_SECONDS = 2;
const ROUND_MS = 30_000;
const CALM_MS = 3_000;

describe(`Four servers whose database and Redis half-work (seed ${SEED})`, () => {
  let site: ChaosSite;

  before(async () => {
    site = await ChaosSite.open(SERVERS, TOKEN_LIFETIME_SECONDS);
  });
  after(async () => {
    await site.close();
  });

  it(`sign nobody out, lose no acknowledged write, and are healthy again soon: ${MINUTES} min`, async function () {
    this.timeout(0);
    const findings = new Findings();
    const living = new AbortController();
    const users = Array.from({ length: USERS }, (_, index) => {
      const { login } = site.github.directory.addUser({ login: `user-${index}` });
      return new ChaosUser(login, site, findings, randomFrom(SEED + 1 + index), living.signal);
    });
    await Promise.all(users.map((user) => user.signIn()));
    const lives = Promise.all(users.map((user) => user.live()));
    const until = performance.now() + MINUTES * 60_000;
    try {
      for (let round = 1; performance.now() < until; round += 1) {
        findings.stormy();
        await Promise.all(
          [DATABASE_FAULTS, OTHER_FAULTS].map((faults, lane) =>
            storm(site, faults, findings, randomFrom(SEED + 1_000 * round + lane * 500), ROUND_MS),
          ),
        );
        findings.happened('all is mended');
        findings.recoveries.push(await recovery(site, users, findings));
        findings.calm();
        await delay(CALM_MS);
      }
      findings.stormy();
      for (const user of users)
        await eventually(async () => assert.ok(await user.readSettings(), user.login), 120_000);
    } finally {
      living.abort();
      await lives;
    }
    console.log(`      seed ${SEED}: ${findings.summary()}`);
    assert.deepEqual(findings.wrong, [], findings.story());
  });
});

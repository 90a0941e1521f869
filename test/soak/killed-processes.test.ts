import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SignedOutError } from '../../lib/enterprise/tokens/github-token-provider.ts';
import { Custody } from '../enterprise/tokens/custody.ts';
import { randomFrom } from './killed/random.ts';
import { RefreshingProcess } from './killed/refreshing-process.ts';

const KILLS = Number(process.env.SOAK_KILLS ?? 300);
/** SOAK_SEED repeats a run as far as the moments to kill at go. */
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const LATEST_MS = 250;
const LOGINS = ['octocat', 'hubot', 'monalisa'];
const HOUR_MS = 3_600_000;

describe(`A process that is killed while it signs users in and refreshes their tokens (seed ${SEED})`, () => {
  let custody: Custody;

  beforeEach(async () => {
    custody = await Custody.set();
  });
  afterEach(() => custody.close());

  it(`costs nobody more than a sign-in, and only whose pair GitHub was rotating: ${KILLS} times`, async function () {
    this.timeout(0);
    const { github } = custody;
    const random = randomFrom(SEED);
    const seen = { done: 0, refreshesCut: 0, signInsCut: 0, lost: 0 };
    for (const login of LOGINS) await custody.manager().store(custody.userId(login), custody.issue(login));

    for (let kill = 0; kill < KILLS; kill += 1) {
      // What is issued from now on has expired when it comes; and what there is has.
      github.options.accessTokenLifetimeSeconds = 0.001;
      github.advance(9 * HOUR_MS);
      const process = new RefreshingProcess(custody, LOGINS);
      await process.ready();
      await delay(random() * LATEST_MS);
      await process.kill();

      github.options.accessTokenLifetimeSeconds = 28_800;
      const reusedBefore = github.tokens.reusedRefreshTokens;
      const manager = custody.manager();
      const lost: string[] = [];
      for (const login of LOGINS) {
        const id = custody.userId(login);
        const token = await manager.token(id).catch((error: unknown) => {
          assert.ok(error instanceof SignedOutError, `kill ${kill}, ${login}: ${String(error)}`);
        });
        if (token !== undefined) assert.equal(custody.worksFor(token), login, `kill ${kill}`);
        else lost.push(login);
      }
      for (const login of lost) {
        const message = `kill ${kill}: ${login} has lost tokens that were theirs`;
        assert.equal(process.underWay.get(login), 'refresh', message);
        await manager.store(custody.userId(login), custody.issue(login));
      }
      // Each of them because GitHub had rotated the very pair that is stored.
      assert.equal(github.tokens.reusedRefreshTokens - reusedBefore, lost.length, `kill ${kill}`);
      await manager.close();
      const cut = [...process.underWay.values()];
      seen.done += process.done;
      seen.refreshesCut += cut.filter((what) => what === 'refresh').length;
      seen.signInsCut += cut.filter((what) => what === 'sign-in').length;
      seen.lost += lost.length;
    }

    console.log(`      seed ${SEED}: ${JSON.stringify(seen)}`);
    const files = await readdir(custody.folder, { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.includes('.corrupt-')),
      [],
    );
    // The next one has cleaned up what writers and lockers left behind.
    await custody.documents().check();
    assert.deepEqual(await readdir(join(custody.folder, '~tmp')), []);
    assert.ok(seen.refreshesCut > KILLS / 4 && seen.signInsCut > KILLS / 20, JSON.stringify(seen));
  });
});

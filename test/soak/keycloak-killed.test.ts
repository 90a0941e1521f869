import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { KilledSite } from './keycloak-killed/killed-site.ts';
import { randomFrom } from './killed/random.ts';

/** KEYCLOAK_KILLS=100 is the full run. */
const KILLS = Number(process.env.KEYCLOAK_KILLS ?? 8);
/** SOAK_SEED repeats a run as far as the moments to kill at go. */
const SEED = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const USERS = 6;
/** Of the users, in turn; the others go on with what they have. */
const SIGN_IN_AT_ONCE = 3;
/** By how much later the kills come when none of the last sign-ins was finished; sooner, when all of them were. */
const LATER = 1.3;

/** Later than any sign-in may still be finished: then those that came to nothing are ended at Keycloak. */
const SIGN_INS_ARE_OVER_MS = 11 * 60_000;

describe(`A server behind Keycloak that is killed while it signs users in and checks their sessions (seed ${SEED})`, () => {
  let site: KilledSite;
  let logins: string[];
  /** The last cookie of each user. */
  let cookies: Map<string, string>;

  before(async function () {
    this.timeout(600_000);
    site = await KilledSite.open();
    logins = site.addUsers(USERS);
    cookies = new Map();
  });
  after(async () => {
    await site.close();
  });

  async function signIn(login: string): Promise<void> {
    const cookie = await (await site.signInUpToCallback(login))();
    assert.ok(cookie !== undefined, login);
    cookies.set(login, cookie);
  }

  async function nobodyIsLost(when: string): Promise<void> {
    for (const [login, cookie] of cookies)
      assert.deepEqual(await site.ask(cookie), [200, 200], `${login} ${when}`);
  }

  it(`loses nobody who has a cookie, and damages no document: ${KILLS} times`, async function () {
    this.timeout(0);
    const random = randomFrom(SEED);
    const seen = { acknowledged: 0, signInsCut: 0, checksCut: 0 };
    await site.start();
    for (const login of logins) await signIn(login);
    await site.kill();

    let latestMs = 500;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await site.start();
      await nobodyIsLost(`after kill ${kill}`);
      const signingIn = logins.filter((_, index) => (index + kill) % USERS < SIGN_IN_AT_ONCE);
      // As far as the callback, which is what the kill is to meet.
      const callbacks = await Promise.all(signingIn.map((login) => site.signInUpToCallback(login)));
      const finished = callbacks.map(async (finish, index) => {
        const cookie = await finish().catch(() => undefined);
        seen[cookie === undefined ? 'signInsCut' : 'acknowledged'] += 1;
        if (cookie !== undefined) cookies.set(signingIn[index]!, cookie);
        return cookie !== undefined;
      });
      const used = [...cookies.values()].map((cookie) => site.useUntilKilled(cookie));
      await delay(random() * latestMs);
      await site.kill();
      const done = (await Promise.all(finished)).filter(Boolean).length;
      if (done === 0) latestMs *= LATER;
      else if (done === SIGN_IN_AT_ONCE) latestMs /= LATER;
      await Promise.all(used);
      seen.checksCut += await site.unansweredChecks();
    }

    await site.start();
    await nobodyIsLost('at the end');
    for (const login of logins) await signIn(login);
    await site.kill();
    await site.start(SIGN_INS_ARE_OVER_MS);
    await site.nothingIsLeftToEnd();
    const strays = (await site.realm.sessions()).length - USERS;
    console.log(`      seed ${SEED}: ${JSON.stringify({ ...seen, strays })}`);
    assert.deepEqual(await site.damage(), []);
    // A killed process had just got them of Keycloak, and had not written them down.
    assert.ok(strays <= seen.signInsCut + seen.checksCut, `${strays} sessions of nobody`);
    assert.notEqual(seen.signInsCut, 0);
    assert.notEqual(seen.acknowledged, 0);
  });
});

import assert from 'node:assert/strict';
import { eventually } from '../../eventually.ts';
import { Custody } from './custody.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const REFRESH = 'POST /login/oauth/access_token';

/** A clock that may be wrong, and may be set. */
class WrongClock {
  aheadMs: number;
  readonly #right: () => number;

  constructor(right: () => number, aheadMs = 0) {
    this.#right = right;
    this.aheadMs = aheadMs;
  }

  readonly now = (): number => this.#right() + this.aheadMs;
}

describe('GithubTokenManager, when clocks are wrong', () => {
  let custody: Custody;
  let octocat: string;

  beforeEach(async () => {
    custody = await Custody.set();
    octocat = custody.userId('octocat');
  });
  afterEach(() => custody.close());

  /** The token and the 401s of a request, as a process with that clock goes about it. */
  function processWith(clock: WrongClock) {
    const manager = custody.manager({ now: clock.now, staleMs: 0 });
    const service = custody.service(manager, 'octocat', 5);
    return { manager, getUser: () => service.getUser() };
  }

  for (const [one, other] of [
    [5, 0],
    [-5, 0],
    [5, -5],
  ] as const) {
    it(`goes on for a week though two processes are ${one} and ${other} minutes ahead of GitHub`, async () => {
      const clocks = [one, other].map(
        (minutes) => new WrongClock(custody.github.clock.now, minutes * MINUTE),
      );
      const processes = clocks.map(processWith);
      await processes[0]!.manager.store(octocat, custody.issue('octocat'));
      // Steps that come to lie before, in and after the last minutes of tokens, by either clock.
      for (let passed = 0, step = 0; passed < 7 * 24 * HOUR; step += 1) {
        const next = step % 3 === 0 ? 4 * HOUR : step % 3 === 1 ? 3 * HOUR + 52 * MINUTE : 7 * MINUTE;
        custody.github.advance(next);
        passed += next;
        for (const { getUser } of step % 2 === 0 ? processes : [...processes].reverse()) {
          assert.equal((await getUser()).login, 'octocat');
        }
      }
      await Promise.all(processes.map(({ manager }) => manager.close()));
      assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
      // Twenty-one lives of eight hours, each of which a fast clock may end, and a 401 end once more.
      assert.ok(custody.github.calls.refreshes <= 42, `${custody.github.calls.refreshes} refreshes`);
      assert.equal((await custody.document('octocat'))?.state, 'signed_in');
    });
  }

  it('goes on after a clock has jumped a day ahead, at the price of one refresh', async () => {
    const clock = new WrongClock(custody.github.clock.now);
    const { manager, getUser } = processWith(clock);
    await manager.store(octocat, custody.issue('octocat'));
    clock.aheadMs = 24 * HOUR;
    for (let n = 0; n < 5; n += 1) assert.equal((await getUser()).login, 'octocat');
    assert.equal(custody.github.calls.refreshes, 1);
  });

  it('goes on after a clock was set back a day, when GitHub says that the token has expired', async () => {
    const clock = new WrongClock(custody.github.clock.now, 24 * HOUR);
    const { manager, getUser } = processWith(clock);
    await getUserAfterSignIn();
    clock.aheadMs = 0;
    assert.equal((await getUser()).login, 'octocat');
    assert.equal(custody.github.calls.refreshes, 0);
    custody.github.advance(8 * HOUR);
    assert.equal((await getUser()).login, 'octocat');
    assert.equal(custody.github.calls.refreshes, 1);

    async function getUserAfterSignIn(): Promise<void> {
      const issued = custody.issue('octocat');
      await manager.store(octocat, { ...issued, expiresAt: issued.expiresAt! + clock.aheadMs });
      await getUser();
    }
  });

  it('goes on when a clock jumps to and fro while requests come', async () => {
    const clock = new WrongClock(custody.github.clock.now);
    const { manager, getUser } = processWith(clock);
    await manager.store(octocat, custody.issue('octocat'));
    for (const aheadMs of [5 * MINUTE, -5 * MINUTE, 9 * HOUR, -9 * HOUR, 24 * HOUR, 0]) {
      clock.aheadMs = aheadMs;
      const users = await Promise.all(Array.from({ length: 10 }, getUser));
      assert.deepEqual(new Set(users.map(({ login }) => login)), new Set(['octocat']));
      custody.github.advance(MINUTE);
    }
    assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
  });

  it('leaves GitHub alone for a pause that another clock has set, but for no longer than that clock can be ahead', async () => {
    const ahead = processWith(new WrongClock(custody.github.clock.now, 5 * MINUTE));
    const right = processWith(new WrongClock(custody.github.clock.now));
    await right.manager.store(octocat, custody.issue('octocat'));
    custody.github.advance(8 * HOUR);
    custody.github.faults.add({ on: REFRESH, kind: 'status', status: 502, times: 1 });
    await assert.rejects(ahead.getUser(), { code: 'github_unavailable' });
    await assert.rejects(right.getUser(), { code: 'github_unavailable' });
    assert.equal(custody.github.calls.refreshes, 1);
    custody.github.advance(5 * MINUTE + 1_000);
    assert.equal((await right.getUser()).login, 'octocat');
  });

  it('does not let a pause lock a user out that was set before a clock was set back', async () => {
    const clock = new WrongClock(custody.github.clock.now, 24 * HOUR);
    const { manager, getUser } = processWith(clock);
    await manager.store(octocat, custody.issue('octocat'));
    custody.github.faults.add({ on: REFRESH, kind: 'status', status: 502, times: 1 });
    await assert.rejects(getUser(), { code: 'github_unavailable' });
    clock.aheadMs = 0;
    custody.github.advance(8 * HOUR);
    assert.equal((await getUser()).login, 'octocat');
  });

  it('gives a grant back, though the clock was set back while that waited for GitHub', async () => {
    const clock = new WrongClock(custody.github.clock.now, 24 * HOUR);
    const manager = custody.manager({ now: clock.now, retryRevocationsEveryMs: 20, revocationWaitMs: 0 });
    await manager.store(octocat, custody.issue('octocat'));
    custody.github.faults.add({ on: '*', kind: 'reset', times: 1 });
    await manager.revoke(octocat);
    clock.aheadMs = 0;
    await eventually(() =>
      assert.ok(!custody.github.tokens.hasGrant('octocat'), 'the grant was never given back'),
    );
  });
});

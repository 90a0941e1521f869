import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { SignedOutError } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import type { LockHolding, LockOptions } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { Custody } from './custody.ts';

const LIFETIME = 8 * 3_600_000;
const REFRESH = 'POST /login/oauth/access_token';

/** Real files; but what its holder is told of the lock on a refresh is ours to say, and nobody is waited for. */
class StoreOfOthers extends JsonFileStore {
  holding: LockHolding = { takenOver: false, isHeld: () => Promise.resolve(true) };

  override withLock<T>(
    key: string,
    fn: (holding: LockHolding) => Promise<T>,
    options?: LockOptions,
  ): Promise<T> {
    return key.endsWith('.refresh') ? fn(this.holding) : super.withLock(key, fn, options);
  }
}

describe('GithubTokenManager, when the lock on a refresh was taken over', () => {
  let custody: Custody;
  let octocat: string;
  /** Lets GitHub's answer arrive. */
  let arrive: () => void;

  beforeEach(async () => {
    arrive = () => undefined;
    custody = await Custody.set();
    octocat = custody.userId('octocat');
    await custody.manager().store(octocat, custody.issue('octocat'));
    custody.github.advance(LIFETIME);
  });
  afterEach(async () => {
    arrive();
    await custody.close();
  });

  function processWith(holding: Partial<LockHolding>, longestRefreshMs: number) {
    const documents = new StoreOfOthers({ path: custody.folder, log: custody.log });
    documents.holding = { ...documents.holding, ...holding };
    return custody.manager({ documents, longestRefreshMs, staleMs: 0 });
  }
  const lost = { isHeld: () => Promise.resolve(false) };

  /** GitHub has rotated the pair, and the answer is on its way to the holder before. @returns how to let it arrive. */
  async function rotatedElsewhere(): Promise<() => Promise<void>> {
    const oauth = custody.oauth();
    const documents = new StoreOfOthers({ path: custody.folder, log: custody.log });
    documents.holding = { takenOver: false, ...lost };
    const asked = new Promise<() => Promise<void>>((resolve) => {
      const former = custody.manager({
        documents,
        oauth: {
          knows: (token) => oauth.knows(token),
          revokeGrant: (token) => oauth.revokeGrant(token),
          refresh: async (token) => {
            const issued = await oauth.refresh(token);
            const arriving = new Promise<void>((done) => (arrive = done));
            resolve(async () => {
              arrive();
              await settled;
            });
            await arriving;
            return issued;
          },
        },
      });
      const settled = former.token(octocat).then(
        () => undefined,
        () => undefined,
      );
    });
    return asked;
  }

  it('does not sign a user out before the holder before has had its time to write', async () => {
    const answer = await rotatedElsewhere();
    const other = processWith({ takenOver: true }, 60_000);
    for (let n = 0; n < 3; n += 1) {
      await assert.rejects(other.token(octocat), { status: 503, code: 'github_unavailable' });
    }
    assert.equal(custody.github.calls.refreshes, 2, 'GitHub is not asked again meanwhile');
    assert.equal((await custody.document('octocat'))?.state, 'signed_in');
    await answer();
    await eventually(async () => custody.worksFor(await other.token(octocat)) === 'octocat');
    assert.equal(custody.github.calls.refreshes, 2);
  });

  it('signs a user out whom GitHub has signed out when that time is over', async () => {
    custody.github.tokens.revokeGrant('octocat');
    const other = processWith({ takenOver: true }, 100);
    await assert.rejects(other.token(octocat), { status: 503 });
    await eventually(async () => (await custody.document('octocat'))?.state === 'signed_out');
    await assert.rejects(other.token(octocat), SignedOutError);
  });

  it('gives a user back whom it has signed out too early', async () => {
    const answer = await rotatedElsewhere();
    const hasty = processWith({}, 60_000);
    await assert.rejects(hasty.token(octocat), SignedOutError);
    await answer();
    assert.equal(custody.worksFor(await hasty.token(octocat)), 'octocat');
    assert.equal(custody.github.tokens.hasGrant('octocat'), true);
  });

  it('does not give back a user who has signed out, and takes the new pair back to GitHub', async () => {
    const answer = await rotatedElsewhere();
    await custody.manager().revoke(octocat);
    await answer();
    await assert.rejects(custody.manager().token(octocat), SignedOutError);
    await eventually(() => !custody.github.tokens.hasGrant('octocat'));
  });

  it('leaves the judgment to who has taken over', async () => {
    custody.github.tokens.revokeGrant('octocat');
    await assert.rejects(processWith(lost, 60_000).token(octocat), { status: 503 });
    assert.equal((await custody.document('octocat'))?.state, 'signed_in');
  });

  it('keeps the lock for the holder before also when GitHub cannot be asked, and ends that when it closes', async () => {
    const answer = await rotatedElsewhere();
    custody.github.faults.add({ on: REFRESH, kind: 'status', status: 503, times: 1 });
    const other = processWith({ takenOver: true }, 60_000);
    await assert.rejects(other.token(octocat), { status: 503 });
    custody.github.advance(60_000);
    await assert.rejects(other.token(octocat), { status: 503 });
    assert.equal(custody.github.calls.refreshes, 2);
    await other.close();
    assert.equal((await custody.document('octocat'))?.state, 'signed_in');
    await answer();
    assert.equal(custody.worksFor(await custody.manager().token(octocat)), 'octocat');
  });

  async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (
      let left = 300;
      !(await Promise.resolve()
        .then(holds)
        .catch(() => false));
      left -= 1
    ) {
      assert.ok(left > 0, 'it never came to hold');
      await delay(20);
    }
  }
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { SignedOutError } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import type { Document } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { ProcessIdentity } from '../../../lib/oss/storage/process-identity.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { eventually } from '../../eventually.ts';
import { Custody, type ManagerOptions } from './custody.ts';

const LIFETIME = 8 * 3_600_000;
const REFRESH = 'POST /login/oauth/access_token';
const ELSEWHERE = 'another-machine.1.1.x-1';

/** Real files; but the lock on a refresh keeps nobody out, as if each who holds it had lost it at once. */
class StoreWithoutLease extends JsonFileStore {
  /** What tokens are written is refused. */
  isFull = false;
  /** Nothing is read. */
  isAway = false;

  override withLock<T>(key: string, fn: () => Promise<T>): Promise<T> {
    return key.endsWith('.refresh') ? fn() : super.withLock(key, fn);
  }

  override async read(key: string): Promise<Document | undefined> {
    if (this.isAway) throw new StorageError(new Error('away'));
    return super.read(key);
  }

  override async write(key: string, document: Document): Promise<void> {
    if (this.isFull) throw new StorageError(Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    return super.write(key, document);
  }
}

describe('GithubTokenManager, when others have begun to refresh the same pair', () => {
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

  function storeWithoutLease(): StoreWithoutLease {
    return new StoreWithoutLease({ path: custody.folder, log: custody.log });
  }

  function processWith({ documents = storeWithoutLease(), ...options }: ManagerOptions = {}) {
    return custody.manager({ documents, longestRefreshMs: 60_000, staleMs: 0, ...options });
  }

  /** GitHub has rotated the pair, and the answer is on its way to another process. @returns how to let it arrive. */
  async function rotatedElsewhere(documents = storeWithoutLease()): Promise<() => Promise<void>> {
    return new Promise((resolve) => {
      const former = processWith({
        documents,
        oauth: custody.oauthThen(async () => {
          const arriving = new Promise<void>((done) => (arrive = done));
          resolve(async () => {
            arrive();
            await settled;
          });
          await arriving;
        }),
      });
      const settled = former.token(octocat).then(
        () => undefined,
        () => undefined,
      );
    });
  }

  /** Another process has died, or is cut off, while it refreshed. */
  async function begunBy(attempt: string): Promise<void> {
    const document = await custody.document('octocat');
    await writeFile(custody.path('octocat'), JSON.stringify({ ...document, refresh_attempts: [attempt] }));
  }

  it('does not sign a user out before the other has had its time to write', async () => {
    const answer = await rotatedElsewhere();
    const other = processWith();
    for (let n = 0; n < 3; n += 1) {
      await assert.rejects(other.token(octocat), { status: 503, code: 'github_unavailable' });
    }
    assert.equal(custody.github.calls.refreshes, 2, 'GitHub is not asked again meanwhile');
    assert.equal((await custody.document('octocat'))?.state, 'signed_in');
    await answer();
    await eventually(async () => assert.equal(custody.worksFor(await other.token(octocat)), 'octocat'));
    assert.equal(custody.github.calls.refreshes, 2);
  });

  it('remembers that for the next process, if the one that was told so ends', async () => {
    const answer = await rotatedElsewhere();
    for (let n = 0; n < 3; n += 1) {
      const next = processWith();
      await assert.rejects(next.token(octocat), { status: 503, code: 'github_unavailable' });
      await next.close();
    }
    await answer();
    assert.equal(custody.worksFor(await processWith().token(octocat)), 'octocat');
  });

  it('is heard by others when its pair waits for a disk that was full', async () => {
    const documents = storeWithoutLease();
    const former = processWith({ documents, oauth: custody.oauthThen(() => (documents.isFull = true)) });
    const served = await former.token(octocat);
    const other = processWith();
    await assert.rejects(other.token(octocat), { status: 503, code: 'github_unavailable' });
    documents.isFull = false;
    await eventually(async () => assert.ok((await other.token(octocat)).equals(served)));
    // The other may read what the former has just written, and not yet crossed off.
    await eventually(() => assert.equal(former.unsavedRecords, 0));
  });

  it('signs a user out whom GitHub has signed out when that time is over', async () => {
    custody.github.tokens.revokeGrant('octocat');
    await begunBy(ELSEWHERE);
    const other = processWith({ longestRefreshMs: 100 });
    await assert.rejects(other.token(octocat), { status: 503 });
    await eventually(async () => assert.equal((await custody.document('octocat'))?.state, 'signed_out'));
    await assert.rejects(other.token(octocat), SignedOutError);
  });

  it('does not wait for a process of the same machine that is dead', async () => {
    custody.github.tokens.revokeGrant('octocat');
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await begunBy(new ProcessIdentity().newName().replace(`.${process.pid}.`, `.${child.pid}.`));
    await assert.rejects(processWith().token(octocat), SignedOutError);
  });

  it('waits no longer than until the other has failed', async () => {
    const answer = await rotatedElsewhere();
    custody.github.tokens.revokeGrant('octocat');
    const other = processWith();
    await assert.rejects(other.token(octocat), { status: 503 });
    const document = await custody.document('octocat');
    await writeFile(custody.path('octocat'), JSON.stringify({ ...document, refresh_attempts: undefined }));
    await eventually(async () => assert.equal((await custody.document('octocat'))?.state, 'signed_out'));
    await answer();
  });

  it('gives a user back whom another process has signed out too early', async () => {
    const answer = await rotatedElsewhere();
    const hasty = processWith({ longestRefreshMs: 0 });
    await assert.rejects(hasty.token(octocat), { status: 503 });
    await eventually(async () => assert.equal((await custody.document('octocat'))?.state, 'signed_out'));
    await answer();
    assert.equal(custody.worksFor(await hasty.token(octocat)), 'octocat');
    assert.equal(custody.github.tokens.hasGrant('octocat'), true);
  });

  it('does not give back a user who has signed out, and takes the new pair back to GitHub', async () => {
    const answer = await rotatedElsewhere();
    await custody.manager().revoke(octocat);
    await answer();
    await assert.rejects(custody.manager().token(octocat), SignedOutError);
    await eventually(() => assert.ok(!custody.github.tokens.hasGrant('octocat')));
  });

  it('tries again at once when it is not a dead token that it has met', async () => {
    await begunBy(ELSEWHERE);
    custody.github.faults.add({ on: REFRESH, kind: 'status', status: 503, times: 1 });
    const [one, next] = [processWith({ documents: custody.documents() }), custody.manager()];
    await assert.rejects(one.token(octocat), { status: 503 });
    custody.github.advance(60_000);
    assert.equal(custody.worksFor(await next.token(octocat)), 'octocat');
    assert.equal((await custody.document('octocat'))?.refresh_attempts, undefined);
  });

  it('signs nobody out while it cannot tell what is in the store', async () => {
    custody.github.tokens.revokeGrant('octocat');
    const documents = storeWithoutLease();
    const manager = processWith({
      documents,
      oauth: custody.oauthThen(
        () => undefined,
        () => (documents.isAway = true),
      ),
    });
    await assert.rejects(manager.token(octocat), { status: 503, code: 'storage_unavailable' });
    assert.equal((await custody.document('octocat'))?.state, 'signed_in');
    documents.isAway = false;
    await eventually(async () => assert.equal((await custody.document('octocat'))?.state, 'signed_out'));
    await assert.rejects(processWith().token(octocat), SignedOutError);
  });

  for (const [name, options, fault] of [
    ['GitHub is down', {}, { on: REFRESH, kind: 'status', status: 503 }],
    ['GitHub refuses the App', { clientSecret: 'wrong' }, undefined],
  ] as const) {
    it(`takes its own word back when ${name}`, async () => {
      if (fault !== undefined) custody.github.faults.add(fault);
      await assert.rejects(processWith(options).token(octocat), { status: 503 });
      const document = await custody.document('octocat');
      assert.deepEqual([document?.state, document?.refresh_attempts], ['signed_in', undefined]);
    });
  }

  it('leaves its word before it uses a token, and does not show in it what is secret', async () => {
    const answer = await rotatedElsewhere();
    const text = await readFile(custody.path('octocat'), 'utf8');
    const { refresh_attempts: attempts } = JSON.parse(text) as { refresh_attempts: string[] };
    assert.equal(attempts.length, 1);
    assert.doesNotMatch(text, /gh[ur]_/);
    await answer();
    assert.equal((await custody.document('octocat'))?.refresh_attempts, undefined);
  });
});

import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { SignedOutError } from '../../../lib/enterprise/tokens/github-token-provider.ts';
import type { Document, DocumentStore } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { type HeldRequest, holdAtGitHub } from '../../github-gate.ts';
import { Custody, type ManagerOptions } from './custody.ts';

const HOUR = 3_600_000;
/** How often revocations are tried again. */
const RETRY_EVERY_MS = 30_000;
const LIFETIME = 8 * HOUR;
const REFRESH = 'POST /login/oauth/access_token';
const GRANT = 'DELETE /applications/{client_id}/grant';

describe('GithubTokenManager', () => {
  let custody: Custody;
  let octocat: string;

  beforeEach(async () => {
    custody = await Custody.set();
    octocat = custody.userId('octocat');
  });
  afterEach(() => custody.close());

  /** Waits until `holds` does. */
  async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
    for (let left = 1_500; !(await holds()); left -= 1) {
      assert.ok(left > 0, 'it never came to hold');
      await delay(20);
    }
  }

  /**
   * Holds the lock on the refreshes of octocat, as another process does while it refreshes.
   *
   * @returns how to let it go.
   */
  async function holdRefreshes(): Promise<() => Promise<void>> {
    let release = (): void => undefined;
    let held = Promise.resolve();
    await new Promise<void>((entered) => {
      held = custody.documents().withLock(`users/github/${octocat}/github_token.refresh`, () => {
        entered();
        return new Promise<void>((resolve) => (release = resolve));
      });
    });
    return () => {
      release();
      return held;
    };
  }

  describe('keeping', () => {
    it('gives what was stored, in this process and in others', async () => {
      const tokens = custody.issue('octocat');
      await custody.manager().store(octocat, tokens);
      assert.ok((await custody.manager().token(octocat)).equals(tokens.accessToken));
    });

    it('knows nobody who has not signed in', async () => {
      await assert.rejects(custody.manager().token(octocat), { name: 'SignedOutError', status: 401 });
    });

    it('takes a number for a user id, and nothing that could lead out of the folder', async () => {
      const manager = custody.manager();
      for (const id of ['', 'octocat', '../1', '1/2', '-1', '1e3', '1'.repeat(21)]) {
        await assert.rejects(manager.token(id), TypeError);
        await assert.rejects(manager.store(id, custody.issue('octocat')), TypeError);
        await assert.rejects(manager.revoke(id), TypeError);
      }
    });

    it('writes no token to the disk in the clear', async () => {
      const tokens = custody.issue('octocat');
      await custody.manager().store(octocat, tokens);
      const text = JSON.stringify(await custody.document('octocat'));
      assert.doesNotMatch(text, /gh[ur]_/);
      assert.ok(!text.includes(tokens.accessToken.reveal()));
    });

    it('never refreshes a token that does not expire', async () => {
      custody.github.options.expiringTokens = false;
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      custody.github.advance(1_000 * LIFETIME);
      assert.ok((await manager.token(octocat)).equals(tokens.accessToken));
      assert.equal(await manager.replacementFor(octocat, tokens.accessToken), undefined);
      assert.equal(custody.github.calls.refreshes, 0);
    });

    it('lets a new sign-in outrank what another process remembers, as soon as that is stale', async () => {
      const [one, other] = [custody.manager({ staleMs: 100 }), custody.manager({ staleMs: 100 })];
      await one.store(octocat, custody.issue('octocat'));
      await other.token(octocat);
      const newer = custody.issue('octocat');
      await one.store(octocat, newer);
      assert.ok((await one.token(octocat)).equals(newer.accessToken));
      await eventually(async () => (await other.token(octocat)).equals(newer.accessToken));
    });

    it('believes at once that somebody has signed in on another process', async () => {
      const [one, other] = [custody.manager(), custody.manager()];
      await assert.rejects(other.token(octocat), SignedOutError);
      await one.store(octocat, custody.issue('octocat'));
      await other.token(octocat);
    });

    it('forgets who was not seen for long, when there are more users than it may remember', async () => {
      let reads = 0;
      class Counting extends JsonFileStore {
        override read(key: string): Promise<Document | undefined> {
          reads += 1;
          return super.read(key);
        }
      }
      const documents = new Counting({ path: custody.folder, log: custody.log });
      const manager = custody.manager({ documents, capacity: 2, staleMs: 60_000 });
      for (const id of ['1', '2', '3']) await custody.manager().store(id, custody.issue('octocat'));
      for (const id of ['1', '2', '2', '3', '3']) await manager.token(id);
      assert.equal(reads, 3);
      await manager.token('2');
      assert.equal(reads, 3);
      await manager.token('1');
      assert.equal(reads, 4);
    });
  });

  describe('refreshing', () => {
    it('refreshes an expired token once for a hundred callers at once, who all get the new one', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      const given = await Promise.all(Array.from({ length: 100 }, () => manager.token(octocat)));
      assert.equal(custody.github.calls.refreshes, 1);
      assert.equal(new Set(given.map((token) => token.reveal())).size, 1);
      assert.equal(custody.worksFor(given[0]!), 'octocat');
    });

    it('refreshes once for callers in eight processes, and the losers adopt the winner’s pair', async () => {
      await custody.manager().store(octocat, custody.issue('octocat'));
      const managers = Array.from({ length: 8 }, () => custody.manager());
      await Promise.all(managers.map((manager) => manager.token(octocat)));
      custody.github.advance(LIFETIME);
      const given = await Promise.all(
        managers.flatMap((manager) => [1, 2, 3].map(() => manager.token(octocat))),
      );
      assert.equal(custody.github.calls.refreshes, 1);
      assert.equal(new Set(given.map((token) => token.reveal())).size, 1);
    });

    it('goes on with a refresh for the others when the one who asked first goes away', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      custody.github.faults.add({ on: REFRESH, kind: 'slow', delayMs: 100, times: 1 });
      // Nobody waits for this one.
      void manager.token(octocat);
      const patient = manager.token(octocat);
      assert.equal(custody.worksFor(await patient), 'octocat');
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('refreshes ahead of time in the background, and serves the present token meanwhile', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      custody.github.advance(LIFETIME - 4 * 60_000);
      const letGo = await holdRefreshes();
      assert.ok((await manager.token(octocat)).equals(tokens.accessToken), 'though no refresh can end');
      await letGo();
      await eventually(async () => !(await manager.token(octocat)).equals(tokens.accessToken));
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('leaves a token alone that is far from its expiry', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME - 11 * 60_000);
      await manager.token(octocat);
      // Resolves when the refreshes that are under way have ended.
      await manager.close();
      assert.equal(custody.github.calls.refreshes, 0);
    });

    it('goes on serving a token that still works when GitHub cannot refresh it ahead of time, and leaves GitHub alone', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      custody.github.advance(LIFETIME - 4 * 60_000);
      custody.github.faults.add({ on: REFRESH, kind: 'status', status: 502 });
      await manager.token(octocat);
      await eventually(async () => (await custody.document('octocat'))?.refresh_failure !== undefined);
      for (let n = 0; n < 50; n += 1) assert.ok((await manager.token(octocat)).equals(tokens.accessToken));
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('refreshes what it finds in the store when that has expired as well', async () => {
      const [one, other] = [custody.manager({ staleMs: 60_000 }), custody.manager()];
      await one.store(octocat, custody.issue('octocat'));
      await one.token(octocat);
      custody.github.advance(LIFETIME);
      await other.token(octocat);
      custody.github.advance(LIFETIME);
      assert.equal(custody.worksFor(await one.token(octocat)), 'octocat');
      assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
    });
  });

  describe('after a 401', () => {
    it('gives what the store has, when that is another token', async () => {
      const [one, other] = [custody.manager({ staleMs: 60_000 }), custody.manager()];
      await one.store(octocat, custody.issue('octocat'));
      const old = await one.token(octocat);
      const newer = custody.issue('octocat');
      await other.store(octocat, newer);
      assert.ok((await one.replacementFor(octocat, old))?.equals(newer.accessToken));
      assert.equal(custody.github.calls.refreshes, 0);
    });

    it('refreshes a token that GitHub does not know any more, once for all who were rejected', async () => {
      const manager = custody.manager();
      const { accessToken } = custody.issue('octocat');
      await manager.store(octocat, { ...custody.issue('octocat'), accessToken });
      custody.github.revokeToken(accessToken.reveal());
      custody.github.advance(HOUR);
      const given = await Promise.all(
        Array.from({ length: 20 }, () => manager.replacementFor(octocat, accessToken)),
      );
      assert.equal(custody.github.calls.refreshes, 1);
      for (const token of given) assert.equal(custody.worksFor(token!), 'octocat');
    });

    it('does not rotate a token that GitHub rejects though it has just issued it', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      assert.equal(await manager.replacementFor(octocat, tokens.accessToken), undefined);
      assert.equal(custody.github.calls.refreshes, 0);
    });
  });

  describe('when a refresh fails', () => {
    beforeEach(async () => {
      await custody.manager().store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
    });

    it('signs the user out when GitHub says that the very token stored is dead, and keeps nothing usable', async () => {
      custody.github.tokens.revokeGrant('octocat');
      const manager = custody.manager();
      await assert.rejects(manager.token(octocat), SignedOutError);
      assert.deepEqual(Object.keys((await custody.document('octocat'))!).sort(), [
        'at',
        'sign_in_id',
        'state',
      ]);
      await assert.rejects(manager.token(octocat), SignedOutError);
      await assert.rejects(custody.manager().token(octocat), SignedOutError);
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('keeps everything when the App is set up wrongly, says so once and loudly, and stops calling', async () => {
      const manager = custody.manager({ clientSecret: 'mistyped' });
      for (let n = 0; n < 5; n += 1) {
        await assert.rejects(manager.token(octocat), { status: 503, code: 'github_app_misconfigured' });
      }
      assert.equal(custody.github.calls.refreshes, 1);
      assert.equal(custody.logged.filter((line) => line.includes('GitHub refuses this App')).length, 1);
      assert.equal(custody.worksFor(await custody.manager().token(octocat)), 'octocat');
    });

    it('stops all users’ refreshes for as long as GitHub asks', async () => {
      const hubot = custody.userId('hubot');
      const manager = custody.manager();
      await manager.store(hubot, { ...custody.issue('hubot'), expiresAt: 1 });
      custody.github.faults.add({
        on: REFRESH,
        kind: 'rate-limit',
        status: 429,
        retryAfterSeconds: 30,
        times: 1,
      });
      await assert.rejects(manager.token(octocat), { status: 503, headers: { 'Retry-After': '30' } });
      await assert.rejects(manager.token(hubot), { status: 503, headers: { 'Retry-After': '30' } });
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('leaves GitHub alone for a minute when it limits the App and does not say for how long', async () => {
      const hubot = custody.userId('hubot');
      const manager = custody.manager();
      await manager.store(hubot, { ...custody.issue('hubot'), expiresAt: 1 });
      custody.github.faults.add({ on: REFRESH, kind: 'html', status: 429, times: 1 });
      await assert.rejects(manager.token(octocat), { headers: { 'Retry-After': '60' } });
      await assert.rejects(manager.token(hubot), { headers: { 'Retry-After': '60' } });
      custody.github.advance(60_000);
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
      assert.equal(custody.github.calls.refreshes, 2);
    });

    it('tries again at once when the clock was set back after a failure', async () => {
      custody.github.faults.add({ on: REFRESH, kind: 'status', status: 503, times: 1 });
      const ahead = () => custody.github.clock.now() + 2 * LIFETIME;
      await assert.rejects(custody.manager({ now: ahead }).token(octocat), { status: 503 });
      assert.equal(custody.worksFor(await custody.manager().token(octocat)), 'octocat');
    });

    it('remembers a failure for all processes, and tries again when the pause is over', async () => {
      custody.github.faults.add({ on: REFRESH, kind: 'status', status: 503, times: 1 });
      await assert.rejects(custody.manager().token(octocat), {
        code: 'github_unavailable',
        headers: { 'Retry-After': '1' },
      });
      const other = custody.manager();
      for (let n = 0; n < 5; n += 1) {
        await assert.rejects(other.token(octocat), {
          code: 'github_unavailable',
          headers: { 'Retry-After': '1' },
        });
      }
      assert.equal(custody.github.calls.refreshes, 1);
      custody.github.advance(1_000);
      assert.equal(custody.worksFor(await other.token(octocat)), 'octocat');
      assert.equal((await custody.document('octocat'))?.refresh_failure, undefined);
    });

    it('gives up waiting for another process before its callers do, and takes that for no failure of the tokens', async () => {
      const letGo = await holdRefreshes();
      const impatient = custody.manager({ documents: withShortLocks(custody.documents()) });
      await assert.rejects(impatient.token(octocat), { status: 503, code: 'github_unavailable' });
      await letGo();
      assert.equal(custody.worksFor(await impatient.token(octocat)), 'octocat');
    });
  });

  describe('when the store fails', () => {
    it('does not call a sign-in stored that is not', async () => {
      const documents = new FailingStore({ path: custody.folder, log: custody.log });
      documents.failing = true;
      const manager = custody.manager({ documents });
      await assert.rejects(manager.store(octocat, custody.issue('octocat')), {
        code: 'storage_full',
        status: 503,
      });
      await assert.rejects(manager.token(octocat), SignedOutError);
    });

    it('does not use up a refresh token while the disk is full', async () => {
      const documents = new FailingStore({ path: custody.folder, log: custody.log });
      const manager = custody.manager({ documents });
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      documents.failing = true;
      await assert.rejects(manager.token(octocat), { status: 503, code: 'storage_full' });
      assert.equal(custody.github.calls.refreshes, 0);
      documents.failing = false;
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    });

    it('serves a rotated pair from memory, lets no other process use the dead one, and writes it when it can', async () => {
      const documents = new FailingStore({ path: custody.folder, log: custody.log });
      const manager = custody.manager({
        documents,
        staleMs: 0,
        oauth: custody.oauthThen(() => (documents.failing = true)),
      });
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      const served = await manager.token(octocat);
      assert.equal(custody.worksFor(served), 'octocat');
      assert.ok((await manager.token(octocat)).equals(served));
      assert.match(custody.logged.join(''), /"level":50.*Tokens cannot be stored/);

      const impatient = custody.manager({ documents: withShortLocks(custody.documents()) });
      await assert.rejects(impatient.token(octocat), { status: 503, code: 'github_unavailable' });
      const elsewhere = custody.manager().token(octocat);
      documents.failing = false;
      assert.ok((await elsewhere).equals(served));
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('writes a rotated pair at the latest when it is closed', async () => {
      const documents = new FailingStore({ path: custody.folder, log: custody.log });
      const manager = custody.manager({
        documents,
        oauth: custody.oauthThen(() => (documents.failing = true)),
      });
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      const served = await manager.token(octocat);
      documents.failing = false;
      await manager.close();
      assert.ok((await custody.manager().token(octocat)).equals(served));
    });

    it('costs one user a sign-in when their document is damaged, and nobody else anything', async () => {
      const hubot = custody.userId('hubot');
      const manager = custody.manager({ staleMs: 0 });
      await manager.store(octocat, custody.issue('octocat'));
      await manager.store(hubot, custody.issue('hubot'));
      await writeFile(custody.path('octocat'), '{"state": "signed_in", "secr');
      await assert.rejects(manager.token(octocat), SignedOutError);
      assert.equal(custody.worksFor(await manager.token(hubot)), 'hubot');
      const names = await readdir(join(custody.folder, 'users/github', octocat));
      assert.equal(names.filter((name) => name.includes('.corrupt-')).length, 1);
      await manager.store(octocat, custody.issue('octocat'));
      await manager.token(octocat);
    });

    it('refuses a document that was copied from another user', async () => {
      const hubot = custody.userId('hubot');
      const manager = custody.manager({ staleMs: 0 });
      await manager.store(octocat, custody.issue('octocat'));
      await manager.store(hubot, custody.issue('hubot'));
      await writeFile(custody.path('hubot'), JSON.stringify(await custody.document('octocat')));
      await assert.rejects(manager.token(hubot), SignedOutError);
      assert.match(custody.logged.join(''), /written for another place/);
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    });
  });

  describe('generations', () => {
    let manager: ReturnType<Custody['manager']>;
    let refresh: Promise<unknown>;
    let answer: HeldRequest;

    /** A refresh that GitHub has done, but not answered yet. */
    beforeEach(async () => {
      manager = custody.manager({ timeoutMs: 60_000 });
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      answer = holdAtGitHub(custody.github, REFRESH, 'after');
      refresh = manager.token(octocat).catch((error: unknown) => error);
      await answer.isThere;
    });

    for (const whose of ['this', 'another'] as const) {
      const there = () => (whose === 'this' ? manager : custody.manager());

      it(`a sign-in in ${whose} process outranks a refresh that began before it`, async () => {
        const newer = custody.issue('octocat');
        await there().store(octocat, newer);
        answer.letGo();
        assert.ok(newer.accessToken.equals((await refresh) as typeof newer.accessToken));
        assert.ok((await custody.manager().token(octocat)).equals(newer.accessToken));
      });

      it(`a sign-out in ${whose} process outranks it, and the pair that it got is given back`, async () => {
        const revoked = there().revoke(octocat);
        await eventually(async () => (await custody.document('octocat'))?.state !== 'signed_in');
        answer.letGo();
        await revoked;
        assert.ok((await refresh) instanceof SignedOutError);
        await assert.rejects(custody.manager().token(octocat), SignedOutError);
        assert.equal(await custody.document('octocat'), undefined);
        await eventually(() => !custody.github.tokens.hasGrant('octocat'));
        assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
      });

      it(`a revocation by webhook in ${whose} process outranks it`, async () => {
        await there().forget(octocat);
        answer.letGo();
        assert.ok((await refresh) instanceof SignedOutError);
        assert.equal(await custody.document('octocat'), undefined);
      });
    }
  });

  describe('signing out', () => {
    it('gives the grant back to GitHub, and deletes the tokens', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      await manager.revoke(octocat);
      assert.equal(custody.github.tokens.hasGrant('octocat'), false);
      assert.equal(await custody.document('octocat'), undefined);
      await assert.rejects(manager.token(octocat), SignedOutError);
      assert.deepEqual(await readdir(join(custody.folder, 'revocations/github')), []);
    });

    it('refreshes first when the access token has expired', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.advance(LIFETIME);
      await manager.revoke(octocat);
      assert.equal(custody.github.tokens.hasGrant('octocat'), false);
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('refreshes when GitHub does not know the access token, though it should work', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      custody.github.revokeToken(tokens.accessToken.reveal());
      await manager.revoke(octocat);
      assert.equal(custody.github.tokens.hasGrant('octocat'), false);
    });

    it('is known to every other process as soon as what it remembers is stale', async () => {
      const [one, other] = [custody.manager({ staleMs: 100 }), custody.manager({ staleMs: 100 })];
      await one.store(octocat, custody.issue('octocat'));
      await other.token(octocat);
      await one.revoke(octocat);
      await eventually(() =>
        other.token(octocat).then(
          () => false,
          (error: unknown) => error instanceof SignedOutError,
        ),
      );
    });

    for (const kind of ['reset', 'hang', 'html'] as const) {
      it(`does not wait for a GitHub that fails (${kind}); the grant is given back later, by any process`, async () => {
        const manager = custody.manager({ revocationWaitMs: 100 });
        await manager.store(octocat, custody.issue('octocat'));
        custody.github.faults.add({ on: GRANT, kind });
        await manager.revoke(octocat);
        await assert.rejects(manager.token(octocat), SignedOutError);
        await manager.close();
        assert.equal(custody.github.tokens.hasGrant('octocat'), true);

        custody.github.faults.clear();
        custody.github.advance(60_000);
        custody.manager({ retryRevocationsEveryMs: 50 });
        await eventually(() => !custody.github.tokens.hasGrant('octocat'));
        await eventually(
          async () => (await readdir(join(custody.folder, 'revocations/github'))).length === 0,
        );
      });
    }

    it('does not take back what the user has granted since', async () => {
      const hubot = custody.userId('hubot');
      let now = custody.github.clock.now();
      const manager = custody.manager({ retryRevocationsEveryMs: 30, now: () => now });
      for (const [id, login] of [
        [octocat, 'octocat'],
        [hubot, 'hubot'],
      ] as const) {
        await manager.store(id, custody.issue(login));
        custody.github.faults.add({ on: GRANT, kind: 'reset', times: 1 });
        await manager.revoke(id);
      }
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.faults.clear();
      now += 60_000;
      // What is still to be given back is tried again; what the user has granted since is not among it.
      await eventually(() => !custody.github.tokens.hasGrant('hubot'));
      await eventually(async () => (await manager.revocationsWaiting()) === 0);
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    });

    it('asks for a new sign-in when GitHub took the grant back after it had issued the tokens of that one', async () => {
      const manager = custody.manager({ revocationWaitMs: 50 });
      await manager.store(octocat, custody.issue('octocat'));
      const newer = custody.issue('octocat');
      custody.github.faults.add({ on: GRANT, kind: 'slow', delayMs: 200, times: 1 });
      await manager.revoke(octocat);
      await assert.rejects(custody.manager().store(octocat, newer), { name: 'BadVerificationCodeError' });
      assert.equal((await custody.document('octocat'))?.state, 'signed_out');
      await manager.store(octocat, custody.issue('octocat'));
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    });

    it('lets a sign-in wait for a revocation that is under way, and keeps it when GitHub cannot say if it works', async () => {
      const done: string[] = [];
      const client = custody.oauth();
      const oauth: ManagerOptions['oauth'] = {
        refresh: (token) => client.refresh(token),
        knows: (token) => client.knows(token),
        revokeGrant: (token) => client.revokeGrant(token).finally(() => done.push('given back')),
      };
      const manager = custody.manager({ oauth, revocationWaitMs: 50 });
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.faults.add({ on: GRANT, kind: 'slow', delayMs: 400, times: 1 });
      custody.github.faults.add({ on: 'POST /applications/{client_id}/token', kind: 'reset' });
      await manager.revoke(octocat);
      // Issued after GitHub has taken the old ones back, and stored before it has said so.
      await eventually(() => custody.github.calls.count(GRANT) === 1);
      await manager.store(octocat, custody.issue('octocat')).finally(() => done.push('stored'));
      assert.deepEqual(done, ['given back', 'stored']);
      assert.deepEqual(await readdir(join(custody.folder, 'revocations/github')), []);
      assert.equal(custody.worksFor(await manager.token(octocat)), 'octocat');
    });

    it('gives the grant back with a new pair that the full disk could not take', async () => {
      const documents = new FailingStore({ path: custody.folder, log: custody.log });
      const first = custody.manager();
      await first.store(octocat, custody.issue('octocat'));
      custody.github.faults.add({ on: GRANT, kind: 'reset', times: 1 });
      await first.revoke(octocat);
      await first.close();
      custody.github.advance(LIFETIME);
      documents.failing = true;
      custody.manager({ documents, retryRevocationsEveryMs: 30 });
      await eventually(() => !custody.github.tokens.hasGrant('octocat'));
      assert.equal(custody.github.calls.refreshes, 1);
    });

    it('is tried again by one process at a time, and leaves GitHub alone for a while after each failure', async () => {
      const manager = custody.manager();
      await manager.store(octocat, custody.issue('octocat'));
      custody.github.faults.add({ on: GRANT, kind: 'status', status: 502 });
      await manager.revoke(octocat);
      custody.github.advance(60_000);
      const stores = Array.from(
        { length: 4 },
        () => new WatchedStore({ path: custody.folder, log: custody.log }),
      );
      const others = stores.map((documents) => custody.manager({ documents, retryRevocationsEveryMs: 20 }));
      await eventually(() => custody.github.calls.count(GRANT) === 2);
      for (const store of stores) store.hasLooked = false;
      await eventually(() => stores.every(({ hasLooked }) => hasLooked));
      // Resolves when the attempts that are under way have ended.
      await Promise.all(others.map((other) => other.close()));
      assert.equal(custody.github.calls.count(GRANT), 2);
    });

    it('does not go on to the next user when GitHub has just failed one', async () => {
      mock.timers.enable({ apis: ['setInterval'] });
      try {
        const manager = custody.manager();
        custody.github.faults.add({ on: GRANT, kind: 'status', status: 502 });
        for (const login of ['octocat', 'hubot']) {
          await manager.store(custody.userId(login), custody.issue(login));
          await manager.revoke(custody.userId(login));
        }
        assert.equal(custody.github.calls.count(GRANT), 2);
        const complaints = () =>
          custody.logged.filter((line) => line.includes('could not be given back')).length;
        const before = complaints();
        custody.github.advance(60_000);
        mock.timers.tick(RETRY_EVERY_MS);
        await eventually(() => complaints() > before);
        custody.github.faults.clear();
        custody.github.advance(HOUR);
        mock.timers.tick(RETRY_EVERY_MS);
        await eventually(async () => (await manager.revocationsWaiting()) === 0);
        // One in vain the first time, and two that GitHub took the second time.
        assert.equal(custody.github.calls.count(GRANT), 5);
      } finally {
        mock.timers.reset();
      }
    });

    it('is not tried for the next user when GitHub asks to be left alone', async () => {
      const manager = custody.manager();
      custody.github.faults.add({ on: GRANT, kind: 'rate-limit', retryAfterSeconds: 60 });
      for (const login of ['octocat', 'hubot']) {
        await manager.store(custody.userId(login), custody.issue(login));
        await manager.revoke(custody.userId(login));
      }
      assert.equal(custody.github.calls.count(GRANT), 1);
      custody.github.faults.clear();
      custody.github.advance(61_000);
      custody.manager({ retryRevocationsEveryMs: 30 });
      await eventually(
        () => !custody.github.tokens.hasGrant('octocat') && !custody.github.tokens.hasGrant('hubot'),
      );
    });

    it('keeps a revocation encrypted', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      custody.github.faults.add({ on: GRANT, kind: 'reset' });
      await manager.revoke(octocat);
      const text = JSON.stringify(await custody.documents().read(`revocations/github/${octocat}.json`));
      assert.match(text, /secret/);
      assert.doesNotMatch(text, /gh[ur]_/);
    });

    it('forgets nothing of a user who has signed in since their sessions were ended', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      await manager.forget(octocat, () => Promise.resolve(true));
      assert.ok((await custody.manager().token(octocat)).equals(tokens.accessToken));
      await manager.forget(octocat, () => Promise.resolve(false));
      await assert.rejects(custody.manager().token(octocat), SignedOutError);
    });

    it('is nothing to be done for somebody who is not signed in', async () => {
      await custody.manager().revoke(octocat);
      await custody.manager().forget(octocat);
      assert.equal(custody.github.calls.count(), 0);
    });
  });
});

/** A disk that is full whenever a test says so: reads go on, writes fail. */
class FailingStore extends JsonFileStore {
  failing = false;

  override write(key: string, document: Document): Promise<void> {
    if (!this.failing) return super.write(key, document);
    return Promise.reject(new StorageError(Object.assign(new Error('no space left'), { code: 'ENOSPC' })));
  }
}

/** Tells whether somebody has looked for revocations. */
class WatchedStore extends JsonFileStore {
  hasLooked = false;

  override read(key: string): Promise<Document | undefined> {
    if (key.startsWith('revocations/')) this.hasLooked = true;
    return super.read(key);
  }
}

/** Nobody waits for a lock longer than 50 ms. */
function withShortLocks(documents: DocumentStore): DocumentStore {
  return new Proxy(documents, {
    get(target, name) {
      if (name === 'withLock') {
        return (key: string, fn: () => Promise<unknown>) => target.withLock(key, fn, { waitMs: 50 });
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}

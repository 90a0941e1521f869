import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import {
  InvalidGrantError,
  KeycloakMisconfiguredError,
  KeycloakUnavailableError,
} from '../../../lib/enterprise/keycloak/errors.ts';
import type { KeycloakSession } from '../../../lib/enterprise/keycloak/keycloak-client.ts';
import { SessionCheck } from '../../../lib/enterprise/keycloak/session-check.ts';
import { SessionDocuments } from '../../../lib/enterprise/keycloak/session-documents.ts';
import { SessionRefresh } from '../../../lib/enterprise/keycloak/session-refresh.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { FailingStore } from './failing-store.ts';

const USER = '583231';
const EVERY_MS = 300_000;
const nothing = (): Promise<void> => Promise.resolve();
const log = pino({ level: 'silent' });
const cipher = new DocumentCipher(parseEncryptionKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`));

function session(refreshToken: string, sid = 'sid-1'): KeycloakSession {
  return { sub: 'sub-1', sid, refreshToken: new Secret(refreshToken), beganAt: 1 };
}

describe('A check of Keycloak’s sessions', () => {
  let files: string;
  let time: number;
  let stores: JsonFileStore[];
  let ended: string[];
  let givenBack: string[];
  /** The refresh tokens that were asked about. */
  let asked: string[];
  let answer: (refreshToken: string) => Promise<string>;

  beforeEach(async () => {
    files = await mkdtemp(join(tmpdir(), 'session-check-'));
    time = 1_700_000_000_000;
    [stores, ended, givenBack, asked] = [[], [], [], []];
    answer = () => Promise.resolve(`rt-${asked.length}`);
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await rm(files, { recursive: true, force: true });
  });

  /** One process. */
  function open() {
    const store = new FailingStore({ path: files, log });
    stores.push(store);
    const documents = new SessionDocuments(store, cipher);
    const now = () => time;
    const refresh = new SessionRefresh({
      documents,
      log,
      now,
      keycloak: {
        refresh: async (refreshToken) => {
          asked.push(refreshToken.reveal());
          return {
            refreshToken: new Secret(await answer(refreshToken.reveal())),
            accessToken: new Secret(`at-${asked.length}`),
          };
        },
      },
      endSessions: (githubUserId) => Promise.resolve(void ended.push(githubUserId)),
      giveBack: ({ refreshToken }) => Promise.resolve(void givenBack.push(refreshToken.reveal())),
    });
    const check = new SessionCheck({ documents, refresh, everyMs: EVERY_MS, log, now });
    return { store, documents, check, refresh };
  }

  async function use({ check }: ReturnType<typeof open>): Promise<void> {
    check.used(USER);
    await check.idle();
  }

  it('is made by one of several processes, with the token that the one before has stored', async () => {
    const processes = [open(), open(), open(), open()];
    await processes[0]!.documents.begin(USER, session('rt-0'), time, nothing);
    for (let round = 1; round <= 3; round += 1) {
      time += EVERY_MS;
      await Promise.all(processes.map(use));
      // Whoever did not get the lock looks again, and finds that it is done.
      await Promise.all(processes.map(use));
      assert.equal(asked.length, round);
    }
    assert.deepEqual(asked, ['rt-0', 'rt-1', 'rt-2']);
  });

  it('is not made of somebody who has signed in without Keycloak', async () => {
    await use(open());
    assert.deepEqual(asked, []);
  });

  it('is made again when a clock was set back', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time -= 10 * EVERY_MS;
    await use(one);
    assert.deepEqual(asked, ['rt-0']);
  });

  for (const [what, error] of [
    ['is unavailable', new KeycloakUnavailableError('is down')],
    ['refuses the client', new KeycloakMisconfiguredError('Another secret.')],
    ['fails as nobody expects', new TypeError('fetch failed')],
  ] as const) {
    it(`ends nothing when Keycloak ${what}, and is made again after a pause`, async () => {
      const one = open();
      await one.documents.begin(USER, session('rt-0'), time, nothing);
      time += EVERY_MS;
      answer = () => Promise.reject(error);
      await use(one);
      await use(one);
      assert.deepEqual([asked.length, ended], [1, []]);
      time += 10_000;
      answer = () => Promise.resolve('rt-1');
      await use(one);
      assert.equal(asked.length, 2);
      assert.equal((await one.documents.find(USER))?.isUnanswered, false);
    });
  }

  it('ends the sessions for which Keycloak knows no grant any more', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = () => Promise.reject(new InvalidGrantError(false));
    await use(one);
    assert.deepEqual(ended, [USER]);
    assert.equal(await one.documents.find(USER), undefined);
  });

  it('ends nothing for a session that a sign-in has replaced meanwhile', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = async () => {
      await one.documents.begin(USER, session('rt-new', 'sid-2'), time, nothing);
      throw new InvalidGrantError(false);
    };
    await use(one);
    assert.deepEqual(ended, []);
    assert.equal((await one.documents.find(USER))?.session.sid, 'sid-2');
  });

  it('gives back what it has got for a session that a sign-in has replaced meanwhile', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = async () => {
      await one.documents.begin(USER, session('rt-new', 'sid-2'), time, nothing);
      return 'rt-1';
    };
    await use(one);
    assert.deepEqual(givenBack, ['rt-1']);
    assert.equal((await one.documents.find(USER))?.session.refreshToken.reveal(), 'rt-new');
  });

  it('keeps a refresh token that the store cannot take, while nobody else checks, until it can', async () => {
    const [one, other] = [open(), open()];
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    one.store.fault = { at: one.store.changes + 2, isLasting: true, isMade: false };
    await use(one);
    assert.equal((await one.documents.find(USER))?.session.refreshToken.reveal(), 'rt-0');
    time += EVERY_MS;
    await use(one);
    await use(other);
    assert.deepEqual(asked, ['rt-0']);
    one.store.fault = undefined;
    await one.refresh.close();
    time += EVERY_MS;
    await use(other);
    assert.deepEqual(asked, ['rt-0', 'rt-1']);
    assert.deepEqual(ended, []);
  });

  it('gives a refresh token back that the store can take only when its session is gone', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    one.store.fault = { at: one.store.changes + 2, isLasting: true, isMade: false };
    await use(one);
    one.store.fault = undefined;
    await one.documents.remove(USER, () => true, nothing);
    await one.refresh.close();
    assert.deepEqual(givenBack, ['rt-1']);
  });

  it('ends nothing when an answer was lost and the token in it is the one that counts', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = () => Promise.reject(new KeycloakUnavailableError('gives no answer'));
    await use(one);
    time += EVERY_MS;
    answer = () => Promise.reject(new InvalidGrantError(true));
    await use(one);
    time += EVERY_MS;
    await use(one);
    assert.deepEqual([asked.length, ended], [2, []]);
    assert.equal((await one.documents.find(USER))?.isUncheckable, true);
  });

  it('shares its answer with who needs an access token at the same time', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    one.check.used(USER);
    const needed = { isNeeded: () => true, waitMs: 5_000 };
    const states = await Promise.all([one.refresh.run(USER, needed), one.refresh.run(USER, needed)]);
    await one.check.idle();
    assert.deepEqual(
      states.map((it) => it.state === 'goes_on' && it.accessToken.reveal()),
      ['at-1', 'at-1'],
    );
    assert.deepEqual(asked, ['rt-0']);
  });

  it('uses no refresh token twice when several processes need access tokens at the same time', async () => {
    const processes = [open(), open(), open()];
    await processes[0]!.documents.begin(USER, session('rt-0'), time, nothing);
    const needed = { isNeeded: () => true, waitMs: 5_000 };
    const states = await Promise.all(processes.map(({ refresh }) => refresh.run(USER, needed)));
    assert.deepEqual(
      states.map(({ state }) => state),
      ['goes_on', 'goes_on', 'goes_on'],
    );
    assert.deepEqual(asked, ['rt-0', 'rt-1', 'rt-2']);
  });

  it('ends a session that Keycloak has ended after an answer of its was lost', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = () => Promise.reject(new KeycloakUnavailableError('gives no answer'));
    await use(one);
    time += EVERY_MS;
    answer = () => Promise.reject(new InvalidGrantError(false));
    await use(one);
    assert.deepEqual(ended, [USER]);
  });

  it('is not made of a session that cannot be asked about, whoever needs it', async () => {
    const one = open();
    const kept = session('rt-0');
    await one.documents.begin(USER, kept, time, nothing);
    const lost = { session: kept, checkedAt: time, isUnanswered: true, isUncheckable: true };
    await one.documents.replace(USER, kept, lost);
    const { state } = await one.refresh.run(USER, { isNeeded: () => true, waitMs: 1_000 });
    assert.deepEqual([state, asked], ['uncheckable', []]);
  });

  it('ends a session whose token somebody else has used, when no answer was lost', async () => {
    const one = open();
    await one.documents.begin(USER, session('rt-0'), time, nothing);
    time += EVERY_MS;
    answer = () => Promise.reject(new InvalidGrantError(true));
    await use(one);
    assert.deepEqual(ended, [USER]);
  });
});

describe('The documents of Keycloak’s sessions', () => {
  let files: string;
  let store: JsonFileStore;

  beforeEach(async () => {
    files = await mkdtemp(join(tmpdir(), 'session-documents-'));
    store = new JsonFileStore({ path: files, log });
  });
  afterEach(async () => {
    await store.close();
    await rm(files, { recursive: true, force: true });
  });

  it('are found, re-encrypted and reported as the tokens are', async () => {
    const documents = new SessionDocuments(store, cipher);
    await documents.begin(USER, session('rt-0'), 1, nothing);
    const ids: string[] = [];
    for await (const id of documents.userIds()) ids.push(id);
    assert.deepEqual(ids, [USER]);
    assert.equal(await documents.userWith('sub-1'), USER);
    assert.equal(await documents.rewrite(USER), false);

    const [old, newer] = [1, 2].map((byte) => `k${byte}:${Buffer.alloc(32, byte).toString('base64')}`);
    const both = new SessionDocuments(store, new DocumentCipher(parseEncryptionKeys(`${newer},${old}`)));
    assert.equal(await both.rewrite(USER), true);
    const alone = new SessionDocuments(store, new DocumentCipher(parseEncryptionKeys(newer!)));
    assert.equal((await alone.find(USER))?.session.refreshToken.reveal(), 'rt-0');
    assert.equal(await alone.problem(USER), undefined);
    assert.match((await documents.problem(USER)) ?? '', /no key with the id "k2" is configured/);
    assert.equal(await documents.problem('1'), undefined);
  });
});

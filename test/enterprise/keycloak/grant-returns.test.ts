import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { BadVerificationCodeError } from '../../../lib/enterprise/github/errors.ts';
import { InvalidGrantError, KeycloakUnavailableError } from '../../../lib/enterprise/keycloak/errors.ts';
import { GrantDocuments } from '../../../lib/enterprise/keycloak/grant-documents.ts';
import { GrantReturns } from '../../../lib/enterprise/keycloak/grant-returns.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { GitHubUnavailableError } from '../../../lib/oss/github/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

const USER = '583231';
const SESSION = { sub: 'sub-1', sid: 'sid-1', refreshToken: new Secret('rt-0') };
const cipher = new DocumentCipher(parseEncryptionKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`));

describe('Giving a grant back where Keycloak keeps the tokens', () => {
  let files: string;
  let store: JsonFileStore;
  let documents: GrantDocuments;
  let grants: GrantReturns;
  let time: number;
  /** What was asked of Keycloak and of GitHub, in its order. */
  let asked: string[];
  let log: string[];
  let failure: Partial<Record<'refresh' | 'broker' | 'github', Error>>;
  let isKnown: boolean;
  let isSignedInAgain: boolean;

  beforeEach(async () => {
    files = await mkdtemp(join(tmpdir(), 'grant-returns-'));
    [time, asked, log, failure, isKnown] = [1_700_000_000_000, [], [], {}, true];
    isSignedInAgain = false;
    const logger = pino({ level: 'info' }, { write: (line) => log.push(line) });
    store = new JsonFileStore({ path: files, log: logger });
    documents = new GrantDocuments(store, cipher, 5_000);
    const ask = <T>(where: keyof typeof failure, what: string, answer: T): Promise<T> => {
      asked.push(what);
      const error = failure[where];
      return error === undefined ? Promise.resolve(answer) : Promise.reject(error);
    };
    grants = new GrantReturns({
      grants: documents,
      keycloak: {
        refresh: (token) => {
          const refreshToken = new Secret(`rt-${asked.length + 1}`);
          return ask('refresh', `refresh ${token.reveal()}`, { refreshToken, accessToken: new Secret('at') });
        },
        brokerToken: () => ask('broker', 'broker', '{"access_token":"ghu_a","expires_in":28800}'),
      },
      oauth: {
        revokeGrant: (token) => ask('github', `revoke ${token.reveal()}`, 'revoked' as const),
        knows: () => Promise.resolve(isKnown),
      },
      isSignedInAgain: () => Promise.resolve(isSignedInAgain),
      endSession: ({ refreshToken }) => Promise.resolve(void asked.push(`end ${refreshToken.reveal()}`)),
      log: logger,
      now: () => time,
    });
    await grants.add(USER, SESSION);
  });
  afterEach(async () => {
    await grants.close();
    await store.close();
    await rm(files, { recursive: true, force: true });
  });

  const waiting = async () => {
    const ids: string[] = [];
    for await (const id of documents.userIds()) ids.push(id);
    return ids;
  };

  it('asks Keycloak for a token, gives the grant back, and ends the session last', async () => {
    await grants.attemptSoon(USER);
    assert.deepEqual(asked, ['refresh rt-0', 'broker', 'revoke ghu_a', 'end rt-1']);
    assert.deepEqual(await waiting(), []);
    await grants.attemptSoon(USER);
    assert.equal(asked.length, 4);
  });

  for (const [where, error] of [
    ['refresh', new KeycloakUnavailableError('is down')],
    ['broker', new KeycloakUnavailableError('answers 502')],
    ['github', new GitHubUnavailableError()],
  ] as const) {
    it(`is done later, with the refresh token that is good by then, when ${where} fails`, async () => {
      failure[where] = error;
      await grants.attemptSoon(USER);
      assert.deepEqual(await waiting(), [USER]);
      assert.equal(asked.filter((it) => it.startsWith('end')).length, 0);
      failure = {};
      asked.length = 0;
      await grants.attemptSoon(USER);
      const good = where === 'refresh' ? 'rt-0' : 'rt-1';
      assert.deepEqual(asked, [`refresh ${good}`, 'broker', 'revoke ghu_a', 'end rt-1']);
      assert.deepEqual(await waiting(), []);
    });
  }

  it('is given up, with one line in the log, when Keycloak has ended the session', async () => {
    failure.refresh = new InvalidGrantError(false);
    await grants.attemptSoon(USER);
    assert.deepEqual(asked, ['refresh rt-0', 'end rt-0']);
    assert.equal(log.filter((it) => it.includes('A grant is not given back')).length, 1);
    assert.deepEqual(await waiting(), []);
  });

  it('is given up after a day of failures, since Keycloak may have lost the pair', async () => {
    failure.broker = new KeycloakUnavailableError('answers 502');
    time += 24 * 3_600_000 - 1;
    await grants.attemptSoon(USER);
    assert.deepEqual(await waiting(), [USER]);
    time += 1;
    await grants.attemptSoon(USER);
    assert.deepEqual(await waiting(), []);
    assert.match(asked.at(-1)!, /^end/);
  });

  it('is called off by a new sign-in, which it would end', async () => {
    await grants.signedIn(USER, { accessToken: new Secret('ghu_new') });
    assert.deepEqual(await waiting(), []);
    await grants.attemptSoon(USER);
    assert.deepEqual(asked, ['end rt-0']);
    await grants.signedIn(USER, { accessToken: new Secret('ghu_new') });
  });

  it('is called off by a sign-in that nobody has told of, such as on a server where others keep the tokens', async () => {
    isSignedInAgain = true;
    await grants.attemptSoon(USER);
    assert.deepEqual(asked, ['end rt-0']);
    assert.deepEqual(await waiting(), []);
  });

  it('refuses a new sign-in that it has ended already', async () => {
    isKnown = false;
    await assert.rejects(
      grants.signedIn(USER, { accessToken: new Secret('ghu_new') }),
      BadVerificationCodeError,
    );
  });

  it('is kept encrypted, and re-encrypted with the first key', async () => {
    const [old, newer] = [1, 2].map((byte) => `k${byte}:${Buffer.alloc(32, byte).toString('base64')}`);
    const keys = new DocumentCipher(parseEncryptionKeys(`${newer},${old}`));
    assert.equal(JSON.stringify(await store.read(`keycloak/grants/${USER}.json`)).includes('rt-0'), false);
    assert.equal(await new GrantDocuments(store, keys, 5_000).rewrite(USER), true);
    assert.match((await documents.problem(USER)) ?? '', /no key with the id "k2" is configured/);
    await grants.signedIn(USER, { accessToken: new Secret('ghu_new') });
    assert.deepEqual(await waiting(), []);
  });
});

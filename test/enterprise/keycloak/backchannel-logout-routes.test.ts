import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import express, { type ErrorRequestHandler } from 'express';
import { MemoryStore } from 'express-rate-limit';
import type { JWTPayload } from 'jose';
import { pino } from 'pino';
import { HandledDeliveries } from '../../../lib/enterprise/auth/handled-deliveries.ts';
import { UserSessions } from '../../../lib/enterprise/auth/user-sessions.ts';
import { backchannelLogoutRoutes } from '../../../lib/enterprise/keycloak/backchannel-logout-routes.ts';
import { KeycloakSessions } from '../../../lib/enterprise/keycloak/keycloak-sessions.ts';
import { LogoutDocuments } from '../../../lib/enterprise/keycloak/logout-documents.ts';
import { LogoutQueue } from '../../../lib/enterprise/keycloak/logout-queue.ts';
import { LogoutTokens } from '../../../lib/enterprise/keycloak/logout-token.ts';
import { SessionDocuments } from '../../../lib/enterprise/keycloak/session-documents.ts';
import { FailedAttempts } from '../../../lib/enterprise/routes/failed-attempts.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import type { LastProfile } from '../../../lib/oss/profile/last-profile.ts';
import { httpErrorFrom } from '../../../lib/oss/routes/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { StandInRealm } from './stand-in-realm.ts';

const USER = '583231';
const PATH = '/oauth/keycloak/backchannel-logout';
const log = pino({ level: 'silent' });
const cipher = new DocumentCipher(parseEncryptionKeys(`k1:${Buffer.alloc(32, 1).toString('base64')}`));

describe('The route of back-channel logouts', () => {
  let files: string;
  let realm: StandInRealm;
  let store: JsonFileStore;
  let sessions: KeycloakSessions;
  let server: Server;
  let url: string;
  /** When the session that is kept began, in seconds since the epoch. */
  let began: number;
  let generation: string;

  beforeEach(async () => {
    files = await mkdtemp(join(tmpdir(), 'backchannel-'));
    realm = await StandInRealm.listen();
    store = new JsonFileStore({ path: files, log });
    const kept = new SessionDocuments(store, cipher);
    const now = Date.now;
    const logouts = new LogoutQueue({
      logouts: new LogoutDocuments(store, cipher),
      keycloak: realm.client,
      isKept: ({ sub, sid }) => kept.holds(sub, sid),
      log,
      now,
    });
    sessions = new KeycloakSessions({
      sessions: { documents: store, now },
      check: { keycloak: realm.client, everyMs: 300_000, log },
      kept,
      logouts,
    });
    const app = express();
    app.use(
      backchannelLogoutRoutes({
        logoutTokens: new LogoutTokens(realm.client, 'openhands'),
        kept,
        sessions,
        deliveries: new HandledDeliveries(store),
        failures: new FailedAttempts({ limits: [], storeFor: () => new MemoryStore(), log }),
        log,
      }).router,
    );
    const asStatus: ErrorRequestHandler = (error, _req, res, _next) => {
      const { status, code } = httpErrorFrom(error);
      res.status(status).json({ code });
    };
    app.use(asStatus);
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`;
    began = Math.floor(Date.now() / 1000) - 60;
    generation = await keep('sid-1');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await sessions.close();
    await store.close();
    await realm.close();
    await rm(files, { recursive: true, force: true });
  });

  const keep = (sid: string): Promise<string> =>
    sessions.keep(USER, { sub: 'sub-1', sid, beganAt: began, refreshToken: new Secret(`rt of ${sid}`) }, () =>
      sessions.begin(USER),
    );
  const isSignedIn = () => sessions.isActive(USER, generation);

  const tokenWith = (changes: Record<string, unknown> = {}): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: realm.issuer,
      aud: 'openhands',
      iat,
      exp: iat + 120,
      jti: `jti-${Math.random()}`,
      sub: 'sub-1',
      sid: 'sid-1',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    };
    return realm.sign({ ...claims, ...changes });
  };
  const post = async (token: string): Promise<number> =>
    (await fetch(url, { method: 'POST', body: new URLSearchParams({ logout_token: token }) })).status;

  it('ends the session that is meant by sub and sid, or all of the sub', async () => {
    assert.equal(await post(await tokenWith()), 200);
    assert.equal(await isSignedIn(), false);
    generation = await keep('sid-2');
    assert.equal(await post(await tokenWith({ sid: undefined })), 200);
    assert.equal(await isSignedIn(), false);
  });

  for (const [what, changes] of [
    ['the sid of another sub', () => ({ sub: 'sub-2' })],
    ['another sid', () => ({ sid: 'sid-0' })],
    ['the sid, from before the session began under it', () => ({ iat: began - 1 })],
    ['no sid, from before the session began', () => ({ iat: began - 1, sid: undefined })],
  ] as const) {
    it(`ends nothing by ${what}`, async () => {
      assert.equal(await post(await tokenWith(changes())), 200);
      assert.equal(await isSignedIn(), true);
    });
  }

  it('ends nothing by the sid of another sub that is another user’s here', async () => {
    await sessions.keep('1', { sub: 'sub-2', sid: 'x', beganAt: began, refreshToken: new Secret('r') }, () =>
      sessions.begin('1'),
    );
    assert.equal(await post(await tokenWith({ sub: 'sub-2' })), 200);
    assert.equal(await isSignedIn(), true);
  });

  it('takes one of many copies of a token, and no other', async () => {
    const token = await tokenWith();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(token)));
    assert.deepEqual(answers.sort(), [200, ...Array.from({ length: 7 }, () => 400)]);
    assert.equal(await post(token), 400);
  });

  it('reads no more of a stranger’s body than a token needs, and none that is compressed', async () => {
    assert.equal(await post('a'.repeat(20_000)), 413);
    const compressed = await fetch(url, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/x-www-form-urlencoded' },
      body: Buffer.from('1f8b', 'hex'),
    });
    assert.equal(compressed.status, 415);
    const json = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ logout_token: await tokenWith() }),
    });
    assert.equal(json.status, 400);
    assert.equal(await isSignedIn(), true);
  });

  it('waits ten seconds for a body', async () => {
    const { setTimeout: realTimer } = globalThis;
    const timers = mock.method(globalThis, 'setTimeout', (run: () => void, ms?: number) =>
      realTimer(run, ms === 10_000 ? 0 : ms),
    );
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    try {
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nlogout`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
      assert.ok(timers.mock.calls.some(({ arguments: [, ms] }) => ms === 10_000));
    } finally {
      timers.mock.restore();
      socket.destroy();
    }
  });

  it('is for sessions that an operator finds, those that only Keycloak has left as well', async () => {
    const register = new UserSessions({
      documents: store,
      sessions,
      lastProfileOfUser: () => ({}) as LastProfile,
    });
    const found = async () => {
      const ids: string[] = [];
      for await (const id of register.userIds()) ids.push(id);
      return ids;
    };
    assert.deepEqual(await found(), [USER]);
    await store.delete(`users/github/${USER}/sessions.json`);
    assert.deepEqual(await found(), [USER]);
    assert.equal(await register.end(USER), true);
    assert.deepEqual(await found(), []);
    assert.equal(await register.end(USER), false);
  });
});

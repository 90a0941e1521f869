import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import {
  InvalidLogoutTokenError,
  KeycloakUnavailableError,
} from '../../../lib/enterprise/keycloak/errors.ts';
import { LogoutTokens } from '../../../lib/enterprise/keycloak/logout-token.ts';
import { StandInRealm } from './stand-in-realm.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

describe('A logout token', () => {
  let realm: StandInRealm;
  let tokens: LogoutTokens;
  let now: number;

  beforeEach(async () => {
    realm = await StandInRealm.listen();
    tokens = new LogoutTokens(realm.client, 'openhands');
    now = Math.floor(Date.now() / 1000);
  });
  afterEach(() => realm.close());

  const claims = (changes: Record<string, unknown> = {}): JWTPayload => ({
    iss: realm.issuer,
    aud: 'openhands',
    iat: now,
    exp: now + 120,
    jti: 'one',
    sub: 'sub-1',
    sid: 'sid-1',
    events: { [EVENT]: {} },
    ...changes,
  });

  it('is taken when Keycloak has signed it for this server', async () => {
    const { sub, sid, iat, id } = await tokens.verify(await realm.sign(claims()));
    assert.deepEqual([sub, sid, iat], ['sub-1', 'sid-1', now]);
    assert.match(id, /^[\da-f]{64}$/);
  });

  for (const [what, changes] of [
    ['two minutes ahead', { iat: 120, exp: 240 }],
    ['two minutes behind', { iat: -240, exp: -120 }],
  ] as const) {
    it(`is taken from a Keycloak whose clock is ${what}`, async () => {
      const { iat, exp } = changes;
      await tokens.verify(await realm.sign(claims({ iat: now + iat, exp: now + exp })));
    });
  }

  const REFUSED: Readonly<Record<string, () => Record<string, unknown>>> = {
    'another issuer': () => ({ iss: 'https://keycloak.example/realms/openhands' }),
    'no issuer': () => ({ iss: undefined }),
    'another audience': () => ({ aud: 'another' }),
    'no audience': () => ({ aud: undefined }),
    'no sub': () => ({ sub: undefined }),
    'an empty sub': () => ({ sub: '' }),
    'an empty sid': () => ({ sid: '' }),
    'no jti': () => ({ jti: undefined }),
    'an empty jti': () => ({ jti: '' }),
    'no iat': () => ({ iat: undefined }),
    'no exp': () => ({ exp: undefined }),
    'an exp long ago': () => ({ exp: now - 200 }),
    'an iat long ago, whatever its exp': () => ({ iat: now - 1_000, exp: now + 120 }),
    'an iat far ahead': () => ({ iat: now + 1_000, exp: now + 2_000 }),
    'no events': () => ({ events: undefined }),
    'another event': () => ({ events: { 'http://schemas.openid.net/event/other': {} } }),
    'an event that is no object': () => ({ events: { [EVENT]: 'yes' } }),
    'a nonce, as ID tokens have': () => ({ nonce: 'n' }),
  };
  for (const [what, changes] of Object.entries(REFUSED)) {
    it(`is refused with ${what}`, async () => {
      await assert.rejects(tokens.verify(await realm.sign(claims(changes()))), InvalidLogoutTokenError);
    });
  }

  for (const typ of ['JWT', 'ID', 'at+jwt', undefined]) {
    it(`is refused when its typ is ${typ ?? 'missing'}`, async () => {
      await assert.rejects(tokens.verify(await realm.sign(claims(), { typ })), InvalidLogoutTokenError);
    });
  }

  it('is refused when it is signed by a key of somebody else, or with the secret of the client', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const sign = (alg: string, key: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT(claims()).setProtectedHeader({ alg, typ: 'logout+jwt', kid: 'k1' }).sign(key);
    const secret = new TextEncoder().encode('secret'.padEnd(64, '0'));
    for (const token of [await sign('RS256', privateKey), await sign('HS256', secret), 'no.jwt.here', ''])
      await assert.rejects(tokens.verify(token), InvalidLogoutTokenError);
  });

  describe('that names an unknown key, or whose keys cannot be had', () => {
    let time: number;

    beforeEach(() => {
      // Whole milliseconds, so that a second later is a second later for those who subtract.
      time = Math.ceil(performance.now());
      mock.method(performance, 'now', () => time);
      mock.timers.enable({ apis: ['Date'], now: Date.now() });
    });
    afterEach(() => {
      mock.restoreAll();
      mock.timers.reset();
    });

    /** How often the keys are asked for while tokens are refused, and with one more a second later. */
    async function questions(refused: (n: number) => Promise<void>): Promise<number[]> {
      for (let n = 0; n < 20; n += 1) await refused(n);
      const atOnce = realm.count('/keys');
      time += 1_000;
      mock.timers.tick(1_000);
      await refused(20);
      return [atOnce, realm.count('/keys')];
    }

    it('has them asked for once a second at most', async () => {
      await tokens.verify(await realm.sign(claims()));
      const refused = async (n: number) =>
        assert.rejects(tokens.verify(await realm.sign(claims(), { kid: `k-${n}` })), InvalidLogoutTokenError);
      assert.deepEqual(await questions(refused), [1, 2]);
    });

    for (const [what, answer] of [
      ['an error', (status: number) => status],
      ['nonsense', () => 200],
    ] as const) {
      it(`has a Keycloak that answers with ${what} asked once a second, and is no fault of the token’s`, async () => {
        realm.keys = (_req, res) =>
          void res.writeHead(answer(500), { 'content-type': 'application/json' }).end('{');
        const refused = async () =>
          assert.rejects(tokens.verify(await realm.sign(claims())), KeycloakUnavailableError);
        assert.deepEqual(await questions(refused), [1, 2]);
      });
    }
  });
});

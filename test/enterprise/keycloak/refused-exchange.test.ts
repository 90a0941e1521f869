import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { generateKeyPair, type JWTPayload } from 'jose';
import { HttpError } from '../../../lib/oss/errors.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { StandInRealm } from './stand-in-realm.ts';

const VERIFIER = 'v'.repeat(43);
const NONCE = createHash('sha256').update(`nonce ${VERIFIER}`).digest('base64url');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

describe('An answer to a code', () => {
  let realm: StandInRealm;
  let refreshToken: string;
  let givenBack: (readonly [sub: string, sid: string, refreshToken: string])[];

  beforeEach(async () => {
    realm = await StandInRealm.listen();
    refreshToken = await realm.sign({ sub: 'sub-1', sid: 'sid-1' }, { typ: 'JWT' });
    givenBack = [];
  });
  afterEach(() => realm.close());

  const idToken = (changes: Record<string, unknown> = {}): Promise<string> => {
    const iat = Math.floor(Date.now() / 1000);
    const claims: JWTPayload = {
      iss: realm.issuer,
      aud: 'openhands',
      sub: 'sub-1',
      sid: 'sid-1',
      iat,
      exp: iat + 60,
      nonce: NONCE,
    };
    return realm.sign({ ...claims, ...changes }, { typ: 'JWT' });
  };

  function exchange(answer: Record<string, unknown>, status = 200) {
    realm.token = (_req, res) =>
      void res
        .writeHead(status, { 'content-type': 'application/json' })
        .end(JSON.stringify({ access_token: 'at', token_type: 'Bearer', ...answer }));
    return realm.client.exchange(
      {
        code: new Secret('code'),
        state: 'state',
        issuer: realm.issuer,
        codeVerifier: VERIFIER,
        redirectUri: 'https://openhands.example.com/oauth/keycloak/callback',
      },
      (session) => {
        givenBack.push([session.sub, session.sid, session.refreshToken.reveal()]);
        return Promise.resolve();
      },
    );
  }

  it('is a session and an access token when all is right, of which nothing is given back', async () => {
    const { session, accessToken } = await exchange({
      refresh_token: refreshToken,
      id_token: await idToken(),
    });
    assert.deepEqual([session.sub, session.sid, accessToken.reveal()], ['sub-1', 'sid-1', 'at']);
    assert.ok(session.refreshToken.equals(new Secret(refreshToken)));
    assert.deepEqual(givenBack, []);
  });

  for (const [what, changes] of [
    ['has no sid', { sid: undefined }],
    ['has a sid that is no string', { sid: 1 }],
    ['has no nonce', { nonce: undefined }],
    ['has the nonce of another flow', { nonce: 'another' }],
    ['is for another client', { aud: 'another' }],
    ['is of another issuer', { iss: 'https://keycloak.example.com/realms/another' }],
    ['has expired', { exp: 1 }],
  ] as const) {
    it(`is refused when its ID token ${what}, and the session is given back`, async () => {
      const answer = { refresh_token: refreshToken, id_token: await idToken(changes) };
      await assert.rejects(exchange(answer), HttpError);
      assert.deepEqual(givenBack, [['sub-1', 'sid-1', refreshToken]]);
    });
  }

  it('is refused when its ID token was signed by somebody else, and the session is given back', async () => {
    const other = await StandInRealm.listen(await generateKeyPair('RS256'));
    const iat = Math.floor(Date.now() / 1000);
    const forged = await other
      .sign({
        iss: realm.issuer,
        aud: 'openhands',
        sub: 'sub-1',
        sid: 'sid-1',
        iat,
        exp: iat + 60,
        nonce: NONCE,
      })
      .finally(() => other.close());
    await assert.rejects(exchange({ refresh_token: refreshToken, id_token: forged }), HttpError);
    assert.deepEqual(givenBack, [['sub-1', 'sid-1', refreshToken]]);
  });

  it('is refused without an ID token, and the session is given back', async () => {
    await assert.rejects(exchange({ refresh_token: refreshToken }), HttpError);
    assert.deepEqual(givenBack, [['sub-1', 'sid-1', refreshToken]]);
  });

  it('is given back also when its refresh token does not say which session it is', async () => {
    const nameless = await realm.sign({ sub: 'sub-1' }, { typ: 'JWT' });
    const empty = await realm.sign({ sub: 'sub-1', sid: '' }, { typ: 'JWT' });
    for (const token of ['opaque', nameless, empty]) {
      await assert.rejects(exchange({ refresh_token: token }), HttpError);
      assert.deepEqual(givenBack.pop(), ['', sha256(token), token]);
    }
  });

  it('gives nothing back when there is no refresh token in it', async () => {
    await assert.rejects(exchange({ id_token: await idToken() }), HttpError);
    await assert.rejects(exchange({ refresh_token: '', id_token: await idToken() }), HttpError);
    await assert.rejects(exchange({ error: 'invalid_grant' }, 400));
    assert.deepEqual(givenBack, []);
  });
});

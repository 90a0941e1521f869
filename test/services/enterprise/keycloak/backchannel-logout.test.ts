import assert from 'node:assert/strict';
import { generateKeyPair, SignJWT } from 'jose';
import { eventually } from '../../../eventually.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const OCTOCAT = '583231';

describe('Back-channel logout', () => {
  let site: KeycloakSite;
  let browser: RealBrowser;
  /** What Keycloak has sent. */
  let sent: string[];

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open({ backchannel: (token) => sent.push(token) });
  });
  after(() => site.close());
  beforeEach(async () => {
    sent = [];
    browser = await site.signedIn('octocat');
  });

  const post = (body: string | URLSearchParams) =>
    fetch(`${site.url}/oauth/keycloak/backchannel-logout`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });

  async function sessionAtKeycloak(): Promise<string> {
    const session = await eventually(async () => {
      const mine = (await site.realm.sessions()).filter(({ username }) => username === OCTOCAT);
      assert.equal(mine.length, 1);
      return mine[0]!;
    });
    return session.id;
  }

  it('ends the session that Keycloak has ended, and nobody else’s', async () => {
    const hubot = await site.signedIn('hubot');
    await site.realm.endSession(await sessionAtKeycloak());
    await eventually(async () => assert.equal(await site.statusOf(browser), 401));
    assert.equal(await site.statusOf(hubot), 200);
    assert.equal((await site.documents()).includes(`users/github/${OCTOCAT}/keycloak_session.json`), false);
    assert.equal(sent.length, 1);
  });

  it('takes no token a second time', async () => {
    await site.realm.endSession(await sessionAtKeycloak());
    await eventually(async () => assert.equal(await site.statusOf(browser), 401));
    browser = await site.signedIn('octocat');
    const answer = await post(new URLSearchParams({ logout_token: sent[0]! }));
    assert.deepEqual(
      [answer.status, ((await answer.json()) as { code: string }).code],
      [400, 'invalid_logout_token'],
    );
    assert.equal(await site.statusOf(browser), 200);
  });

  it('ends nothing for an older session, however late the token comes', async () => {
    site.losesLogoutTokens = true;
    try {
      await site.realm.endSession(await sessionAtKeycloak());
      await eventually(() => assert.equal(sent.length, 1));
    } finally {
      site.losesLogoutTokens = false;
    }
    browser = await site.signedIn('octocat');
    assert.equal((await post(new URLSearchParams({ logout_token: sent[0]! }))).status, 200);
    assert.equal(await site.statusOf(browser), 200);
  });

  it('ends nothing when a user signs in again, though Keycloak then ends the session before', async () => {
    await sessionAtKeycloak();
    browser = await site.signedIn('octocat');
    await sessionAtKeycloak();
    assert.equal(await site.statusOf(browser), 200);
  });

  it('takes only what Keycloak has signed for this server', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const issuer = `${site.realm.env.KEYCLOAK_SERVER_URL}/realms/${site.realm.name}`;
    const { id: sub } = await site.realm.user(Number(OCTOCAT));
    const forged = await new SignJWT({
      sub,
      jti: 'forged',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: 'nobody-has-it' })
      .setIssuer(issuer)
      .setAudience('openhands')
      .setIssuedAt()
      .setExpirationTime('2m')
      .sign(privateKey);
    const unsigned = forged.replace(
      /^[^.]+/,
      Buffer.from('{"alg":"none","typ":"logout+jwt"}').toString('base64url'),
    );
    await site.realm.endSession(await sessionAtKeycloak());
    await eventually(() => assert.equal(sent.length, 1));
    const tampered = sent[0]!.replace(/\.([^.]+)\./, (_all, claims: string) => `.${claims.slice(0, -2)}AA.`);
    browser = await site.signedIn('octocat');
    for (const body of ['', 'logout_token=', 'logout_token=a&logout_token=b', 'logout_token=no.jwt.here']) {
      assert.equal((await post(body)).status, 400, body);
    }
    for (const token of [forged, unsigned, tampered]) {
      assert.equal((await post(new URLSearchParams({ logout_token: token }))).status, 400);
    }
    assert.equal(await site.statusOf(browser), 200);
  });

  it('takes no token of another kind that Keycloak has signed', async () => {
    const other = await KeycloakSite.open();
    try {
      let idToken = '';
      other.proxy.onAnswer = (body) => (idToken = /"id_token":"([^"]+)"/.exec(body)?.[1] ?? idToken);
      const theirs = await other.signedIn('octocat');
      assert.match(idToken, /^eyJ/);
      const answer = await fetch(`${other.url}/oauth/keycloak/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: idToken }),
      });
      assert.equal(answer.status, 400);
      assert.equal(await other.statusOf(theirs), 200);
    } finally {
      await other.close();
    }
  });

  it('is asked for anew, with 503, while Keycloak does not show its keys', async () => {
    const site2 = await KeycloakSite.open();
    try {
      site2.proxy.fault = 'down';
      const answer = await fetch(`${site2.url}/oauth/keycloak/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({
          logout_token: sent[0] ?? 'eyJhbGciOiJSUzI1NiIsInR5cCI6ImxvZ291dCtqd3QifQ.e30.AA',
        }),
      });
      assert.equal(answer.status, 503);
    } finally {
      site2.proxy.fault = undefined;
      await site2.close();
    }
  });
});

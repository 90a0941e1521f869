import assert from 'node:assert/strict';
import { eventually } from '../../../eventually.ts';
import type { Fault } from './faulty-proxy.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const OCTOCAT = 583231;
const SESSION = `users/github/${OCTOCAT}/keycloak_session.json`;
const EVERY_MS = 300_000;

describe('A session behind Keycloak', () => {
  let site: KeycloakSite;
  let browser: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open({ patience: { timeoutMs: 2_000 } });
  });
  after(() => site.close());

  beforeEach(async () => {
    site.proxy.fault = undefined;
    browser = await site.signedIn('octocat');
    // The session before is ended behind the sign-in: not with what the test does to Keycloak.
    await eventually(async () =>
      assert.equal(
        (await site.documents()).some((it) => it.startsWith('keycloak/logouts')),
        false,
      ),
    );
    site.proxy.requests.length = 0;
  });

  const checks = () => site.proxy.count('/protocol/openid-connect/token');

  /** Uses the session when a check is due, and waits until Keycloak was asked. */
  async function useWhenDue(): Promise<void> {
    const before = checks();
    site.github.clock.advance(EVERY_MS);
    assert.equal(await site.statusOf(browser), 200);
    await eventually(() => assert.notEqual(checks(), before));
  }

  const uncheckedCount = () => site.log.filter((it) => it.includes('A session could not be checked')).length;

  async function isSignedOut(): Promise<void> {
    await eventually(async () => assert.equal(await site.statusOf(browser), 401));
  }

  it('asks Keycloak nothing while no check is due, and once when one is, however many requests there are', async () => {
    for (let n = 0; n < 5; n += 1) await site.statusOf(browser);
    assert.equal(checks(), 0);
    const { checked_at } = await site.document(SESSION);
    site.github.clock.advance(EVERY_MS);
    await Promise.all(Array.from({ length: 8 }, () => site.statusOf(browser)));
    await eventually(async () => assert.notEqual((await site.document(SESSION)).checked_at, checked_at));
    assert.equal(checks(), 1);
    assert.equal((await site.document(SESSION)).unanswered, undefined);
  });

  it('ends when its user is disabled, and goes on for all others', async () => {
    const hubot = await site.signedIn('hubot');
    const { id } = await site.realm.user(OCTOCAT);
    await site.realm.admin('PUT', `/users/${id}`, { enabled: false });
    try {
      await useWhenDue();
      await isSignedOut();
      assert.equal(await site.statusOf(hubot), 200);
      assert.equal((await site.documents()).includes(SESSION), false);
    } finally {
      await site.realm.admin('PUT', `/users/${id}`, { enabled: true });
    }
  });

  for (const [what, end] of [
    ['is deleted', (id: string) => site.realm.admin('DELETE', `/users/${id}`)],
    [
      'is asked to consent anew',
      (id: string) => site.realm.admin('DELETE', `/users/${id}/consents/openhands`),
    ],
    ['and all others are logged out', () => site.realm.admin('POST', '/logout-all')],
  ] as const) {
    it(`ends when its user ${what}`, async () => {
      const { id } = await site.realm.user(OCTOCAT);
      await end(id);
      await useWhenDue();
      await isSignedOut();
    });
  }

  const FAULTS: readonly Fault[] = [
    'down',
    'hangs',
    'loses the answer',
    'answers with HTML',
    'answers with an error',
    'answers nonsense',
  ];
  for (const fault of FAULTS) {
    it(`goes on while Keycloak ${fault}, and is checked when it is back`, async () => {
      site.proxy.fault = fault;
      const failures = uncheckedCount();
      await useWhenDue();
      assert.equal(await site.statusOf(browser), 200);
      await eventually(() => assert.equal(uncheckedCount(), failures + 1));
      assert.equal((await site.document(SESSION)).unanswered, true);
      site.proxy.fault = undefined;
      await useWhenDue();
      await eventually(async () => assert.equal((await site.document(SESSION)).unanswered, undefined));
      assert.equal(await site.statusOf(browser), 200);
    });
  }

  it('has no request wait for what Keycloak says', async () => {
    let letGo!: () => void;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const patient = await KeycloakSite.open({ patience: { timeoutMs: 120_000 } });
    try {
      const signedIn = await patient.signedIn('octocat');
      const { checked_at } = await patient.document(SESSION);
      patient.proxy.beforeAnswer = () => held;
      patient.github.clock.advance(EVERY_MS);
      assert.equal(await patient.statusOf(signedIn), 200);
      letGo();
      await eventually(async () => assert.notEqual((await patient.document(SESSION)).checked_at, checked_at));
    } finally {
      letGo();
      await patient.close();
    }
  });

  it('goes on when the client is refused, which says nothing of the user', async () => {
    const [client] = (await site.realm.admin('GET', '/clients?clientId=openhands')) as { id: string }[];
    await site.realm.admin('PUT', `/clients/${client!.id}`, { clientId: 'openhands', secret: 'another' });
    try {
      await useWhenDue();
      await eventually(() => {
        assert.match(site.log.join(''), /A session could not be checked; it goes on/);
        return Promise.resolve();
      });
      assert.equal(await site.statusOf(browser), 200);
    } finally {
      const secret = site.realm.env.KEYCLOAK_CLIENT_SECRET;
      await site.realm.admin('PUT', `/clients/${client!.id}`, { clientId: 'openhands', secret });
    }
  });

  it('leaves Keycloak alone when it is signed out here', async () => {
    await browser.fetch(`${site.url}/api/logout`, { method: 'POST' });
    assert.equal(await site.statusOf(browser), 401);
    assert.equal(
      (await site.realm.sessions()).some(({ username }) => username === String(OCTOCAT)),
      true,
    );
  });

  /** The ids of the sessions that Keycloak has of the user, with those that are on their way out from before. */
  async function sessionsAtKeycloak(): Promise<string[]> {
    return (await site.realm.sessions())
      .filter(({ username }) => username === String(OCTOCAT))
      .map(({ id }) => id);
  }

  async function newestAtKeycloak(): Promise<string> {
    const sessions = await site.realm.sessions();
    const mine = sessions.filter(({ username }) => username === String(OCTOCAT));
    return mine.reduce((one, other) => (other.start >= one.start ? other : one)).id;
  }

  it('ends at Keycloak as well when it is signed out everywhere, and the grant is given back', async () => {
    const newest = await newestAtKeycloak();
    await browser.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });
    await eventually(async () => assert.equal((await sessionsAtKeycloak()).includes(newest), false));
    assert.equal(site.github.tokens.hasGrant('octocat'), false);
  });

  it('is ended at Keycloak later when Keycloak is down at sign-out', async () => {
    site.proxy.fault = 'down';
    const answer = await browser.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });
    assert.equal(answer.status, 200);
    assert.equal(await site.statusOf(browser), 401);
    assert.notDeepEqual(await logouts(), []);
    site.proxy.fault = undefined;
    await eventually(async () => assert.deepEqual(await sessionsAtKeycloak(), []), 120_000);
    await eventually(async () => assert.deepEqual(await logouts(), []));
  });

  async function logouts(): Promise<string[]> {
    return (await site.documents()).filter((it) => it.startsWith('keycloak/logouts/'));
  }
});

describe('A session of a realm that revokes refresh tokens', () => {
  let site: KeycloakSite;
  let browser: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open({
      patience: { timeoutMs: 2_000 },
      realm: { revokeRefreshToken: true, refreshTokenMaxReuse: 0 },
    });
  });
  after(() => site.close());
  beforeEach(async () => {
    site.proxy.fault = undefined;
    browser = await site.signedIn('octocat');
  });

  it('is checked again and again', async () => {
    for (let n = 0; n < 3; n += 1) {
      const { checked_at } = await site.document(SESSION);
      site.github.clock.advance(EVERY_MS);
      await Promise.all(Array.from({ length: 8 }, () => site.statusOf(browser)));
      await eventually(async () => assert.notEqual((await site.document(SESSION)).checked_at, checked_at));
    }
    assert.equal(await site.statusOf(browser), 200);
  });

  it('goes on when an answer of Keycloak is lost, and with it the refresh token that counts', async () => {
    site.proxy.fault = 'loses the answer';
    site.github.clock.advance(EVERY_MS);
    await site.statusOf(browser);
    await eventually(() => {
      assert.match(site.log.join(''), /A session could not be checked; it goes on/);
      return Promise.resolve();
    });
    site.proxy.fault = undefined;
    site.github.clock.advance(EVERY_MS);
    await site.statusOf(browser);
    await eventually(async () => assert.equal((await site.document(SESSION)).uncheckable, true));
    assert.equal(await site.statusOf(browser), 200);
    // The next sign-in can be checked again.
    browser = await site.signedIn('octocat');
    assert.equal((await site.document(SESSION)).uncheckable, undefined);
  });
});

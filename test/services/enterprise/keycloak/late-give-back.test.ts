import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { JsonFileStore } from '../../../../lib/oss/storage/json-file-store.ts';
import { eventually } from '../../../eventually.ts';
import { type HeldRequest, holdAtGitHub } from '../../../github-gate.ts';
import { openKeptByKeycloak } from './kept-by-keycloak.ts';
import type { KeycloakSite } from './keycloak-site.ts';
import type { Page, RealBrowser } from './real-browser.ts';

const GRANT = 'DELETE /applications/{client_id}/grant';
const EXCHANGE = 'POST /login/oauth/access_token';
const USER = 'GET /user';

/** Has the next answer of Keycloak to a path that ends like this wait. */
function holdAtKeycloak({ proxy }: KeycloakSite, ending: string): HeldRequest {
  let arrive = (): void => undefined;
  let letGo = (): void => undefined;
  const isThere = new Promise<void>((resolve) => (arrive = resolve));
  const isOver = new Promise<void>((resolve) => (letGo = resolve));
  proxy.beforeAnswer = (request) => {
    if (!request.endsWith(ending)) return undefined;
    proxy.beforeAnswer = () => undefined;
    arrive();
    return isOver;
  };
  return { isThere, letGo };
}

/** Where a sign-in is when GitHub carries out a revocation that was asked for before. Keycloak asks who it is first. */
const POINTS: Readonly<Record<string, (site: KeycloakSite) => HeldRequest>> = {
  'before Keycloak has tokens': ({ github }) => holdAtGitHub(github, EXCHANGE, 'before'),
  'when Keycloak knows who it is': ({ github }) => holdAtGitHub(github, USER, 'after'),
  'when the code is exchanged': (site) => holdAtKeycloak(site, '/token'),
  'when Keycloak gives the tokens': (site) => holdAtKeycloak(site, '/broker/github/token'),
  'before GitHub says who it is': ({ github }) => holdAtGitHub(github, USER, 'before', 2),
  'when GitHub has said who it is': ({ github }) => holdAtGitHub(github, USER, 'after', 2),
};

describe('A grant that is given back in the middle of a new sign-in', () => {
  let site: KeycloakSite;

  before(async function () {
    this.timeout(600_000);
    site = await openKeptByKeycloak();
  });
  after(() => site.close());

  /** @returns where a sign-in ends in the middle of which GitHub carries the revocation out, held where `hold` says. */
  async function signInAcross(
    browser: RealBrowser,
    hold: (site: KeycloakSite) => HeldRequest,
  ): Promise<Page> {
    const leaving = await site.signedIn();
    const giveBack = holdAtGitHub(site.github, GRANT, 'before');
    const signedOut = await leaving.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });
    assert.equal(signedOut.status, 200);
    await giveBack.isThere;
    const step = hold(site);
    const signingIn = site.signIn(browser);
    await step.isThere;
    const end = holdAtKeycloak(site, '/revoke');
    giveBack.letGo();
    await end.isThere;
    end.letGo();
    step.letGo();
    return signingIn;
  }

  async function assertSignedIn(browser: RealBrowser): Promise<void> {
    assert.equal(await site.statusOf(browser, '/api/github/repositories'), 200);
    assert.equal(site.github.tokens.hasGrant('octocat'), true);
    await eventually(async () => assert.equal((await site.realm.sessions()).length, 1));
  }

  for (const [point, hold] of Object.entries(POINTS)) {
    it(`leaves the user signed in: ${point}`, async () => {
      const browser = site.browser();
      assert.equal((await signInAcross(browser, hold)).status, 200);
      await assertSignedIn(browser);
    });
  }

  it('leaves the user signed in: when the tokens are known to work, and the session has not begun', async () => {
    const leaving = await site.signedIn();
    const documents = await site.documents();
    const profile = documents.find((path) => path.endsWith('/github_profile.json'))!;
    // A session begins under this lock; to end one needs another.
    const subject = documents.find((path) => path.startsWith('keycloak/subjects/'))!;
    await rm(join(site.files, profile));
    const browser = site.browser();
    const store = new JsonFileStore({ path: site.files, log: pino({ level: 'silent' }) });
    const signingIn = await store.withLock(subject, async () => {
      const page = site.signIn(browser);
      await eventually(async () => assert.ok((await site.documents()).includes(profile)));
      await leaving.fetch(`${site.url}/api/logout?everywhere=1`, { method: 'POST' });
      await eventually(async () =>
        assert.deepEqual(
          (await site.documents()).filter((path) => path.startsWith('keycloak/grants/')),
          [],
        ),
      );
      return { page };
    });
    await store.close();
    assert.equal((await signingIn.page).status, 200);
    await assertSignedIn(browser);
  });

  it('is seen by Keycloak alone while it asks who it is: its page says so, and the next sign-in works', async () => {
    const browser = site.browser();
    const page = await signInAcross(browser, ({ github }) => holdAtGitHub(github, USER, 'before'));
    assert.match(page.text, /Unexpected error when authenticating with identity provider/);
    assert.equal((await site.signIn(browser)).status, 200);
    await assertSignedIn(browser);
  });
});

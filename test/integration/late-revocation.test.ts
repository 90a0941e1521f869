import assert from 'node:assert/strict';
import { holdAtGitHub, POINTS_OF_A_SIGN_IN, REVOCATION } from '../github-gate.ts';
import { EnterpriseSite, pathOf } from './enterprise-site.ts';

const NEEDS_TOKEN = '/api/github/repositories';

describe('A sign-out everywhere that GitHub carries out in the middle of a new sign-in', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open({}, undefined, { patience: { replicaLagMs: 5 } });
  });
  afterEach(() => site.close());

  for (const [route, when] of POINTS_OF_A_SIGN_IN) {
    it(`leaves the user signed in: ${when} ${route}`, async () => {
      const leaving = await site.signedIn();
      const revocation = holdAtGitHub(site.github, REVOCATION, 'before');
      const signedOut = leaving.post('/api/logout?everywhere=1').then(({ status }) => status);
      await revocation.isThere;

      const browser = site.browser();
      const step = holdAtGitHub(site.github, route, when);
      const signingIn = site.signIn(browser);
      await step.isThere;
      revocation.letGo();
      assert.equal(await signedOut, 200);
      step.letGo();

      // Where it took the new tokens along there is one more redirect, through GitHub and back.
      let answer = await signingIn;
      if (answer.headers.location?.includes('retry=1')) {
        const { headers } = await browser.get(answer.headers.location);
        answer = await browser.get(pathOf(await site.github.authorize(headers.location!, 'octocat')));
      }
      assert.deepEqual([answer.status, answer.headers.location], [302, '/']);
      assert.equal((await browser.get(NEEDS_TOKEN)).status, 200);
      assert.equal(site.github.tokens.hasGrant('octocat'), true);
      assert.deepEqual(
        (await site.documents()).filter((it) => it.startsWith('revocations/')),
        [],
      );
    });
  }
});

import assert from 'node:assert/strict';
import { FAILURE_ROWS, type FailureRow } from './failure-rows.ts';
import { openKeptByKeycloak } from './kept-by-keycloak.ts';
import type { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const TOKEN_ENDPOINT = 'POST /login/oauth/access_token';
/** So short that Keycloak refreshes whenever it is asked, which it does with less than 5 s left. */
const SHORT_SECONDS = 4;
const LONG_SECONDS = 28_800;
/** Longer than any pause. */
const LATER_MS = 61_000;

describe('When GitHub fails a refresh, and Keycloak keeps the tokens', () => {
  let site: KeycloakSite;
  let browser: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    site = await openKeptByKeycloak();
  });
  after(() => site.close());

  beforeEach(async () => {
    site.github.faults.clear();
    site.github.options.accessTokenLifetimeSeconds = SHORT_SECONDS;
    browser = await site.signedIn('octocat');
    site.github.clock.advance(LATER_MS);
    site.github.calls.clear();
    site.proxy.requests.length = 0;
  });

  const use = async (who = browser) => {
    const response = await who.fetch(`${site.url}/api/github/repositories`);
    const { code } = (await response.json()) as { code?: string };
    return code === undefined ? response.status : `${response.status} ${code}`;
  };
  const useLater = (who = browser) => {
    site.github.clock.advance(LATER_MS);
    return use(who);
  };
  const brokerCalls = () => site.proxy.count('/broker/github/token');
  const losses = () => site.log.filter((it) => it.includes('they have to sign in again')).length;

  async function nothingOfThePairIsStored(): Promise<void> {
    const documents = await site.documents();
    assert.deepEqual(
      documents.filter((it) => /github_token|revocations/.test(it)),
      [],
    );
  }

  const THEN: Readonly<Record<FailureRow['pair'], () => Promise<void>>> = {
    async kept() {
      assert.equal(await useLater(), 200);
      assert.deepEqual([site.github.calls.refreshes, brokerCalls()], [2, 2]);
    },
    async replaced() {
      const before = losses();
      assert.equal(await useLater(), '401 not_authenticated');
      assert.equal(await useLater(), '401 not_authenticated');
      assert.deepEqual([site.github.calls.refreshes, brokerCalls(), losses() - before], [1, 3, 1]);
    },
    async lost() {
      assert.equal(await useLater(), '503 github_unavailable');
      // Only what Keycloak does for others shows that it is not GitHub which is away.
      const before = losses();
      const hubot = await site.signedIn('hubot');
      assert.equal(await useLater(hubot), 200);
      assert.equal(await useLater(), '401 not_authenticated');
      assert.equal(await useLater(), '401 not_authenticated');
      assert.equal(losses() - before, 1);
    },
  };

  for (const { answer, fault, pair } of FAILURE_ROWS) {
    it(`${answer}: 503, and the pair is ${pair}`, async () => {
      site.github.faults.add({ on: TOKEN_ENDPOINT, times: 1, ...fault });
      assert.equal(await use(), '503 github_unavailable');
      // Asked again at once, Keycloak is left alone.
      await use();
      assert.deepEqual([site.github.calls.refreshes, brokerCalls()], [1, 1]);
      await THEN[pair]();
      assert.equal(await site.statusOf(browser), 200, 'the session has ended');
      await nothingOfThePairIsStored();
      // Whatever became of it, signing in makes it good.
      await site.signIn(browser);
      assert.equal(await use(), 200);
    });
  }

  it('new tokens for eight callers at once: all are answered, by one refresh', async () => {
    site.github.options.accessTokenLifetimeSeconds = LONG_SECONDS;
    const answers = await Promise.all(Array.from({ length: 8 }, () => use()));
    assert.deepEqual(answers, Array(8).fill(200));
    assert.deepEqual([site.github.calls.refreshes, brokerCalls()], [1, 1]);
    await nothingOfThePairIsStored();
    // The token is remembered until it ends.
    site.github.clock.advance(3_600_000);
    assert.equal(await use(), 200);
    assert.equal(brokerCalls(), 1);
  });

  it('a grant that was revoked while the token has not expired: sign in again, with one line in the log', async () => {
    site.github.options.accessTokenLifetimeSeconds = LONG_SECONDS;
    assert.equal(await use(), 200);
    site.github.tokens.revokeGrant('octocat');
    const before = losses();
    assert.equal(await useLater(), '401 not_authenticated');
    assert.equal(await use(), '401 not_authenticated');
    assert.equal(await useLater(), '401 not_authenticated');
    assert.equal(losses() - before, 1);
    assert.match(site.log.join(''), /GitHub refuses the access token that Keycloak gives out/);
    await site.signIn(browser);
    assert.equal(await use(), 200);
  });
});

/** Keycloak lets somebody in, and cannot hand over the tokens of GitHub that it has got for them. */
import assert from 'node:assert/strict';
import { eventually } from '../../../eventually.ts';
import type { Fault } from './faulty-proxy.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const TIMEOUT_MS = 5_000;
const BROKER = '/broker/github/token';
/** With whom of them is signed in already, and in at first. */
const USERS = [
  { login: 'octocat', id: 583231, isSignedIn: true },
  { login: 'hubot', id: 480938, isSignedIn: false },
] as const;

/** What the broker endpoint does, and what the user is told. */
const FAILURES: readonly (readonly [Fault, 'keycloak_unavailable' | 'keycloak_misconfigured'])[] = [
  [403, 'keycloak_misconfigured'],
  [400, 'keycloak_misconfigured'],
  [429, 'keycloak_unavailable'],
  [500, 'keycloak_unavailable'],
  [503, 'keycloak_unavailable'],
  ['down', 'keycloak_unavailable'],
  ['hangs', 'keycloak_unavailable'],
  ['loses the answer', 'keycloak_unavailable'],
  ['cuts the answer off', 'keycloak_unavailable'],
  ['answers with HTML', 'keycloak_unavailable'],
  // As when it has stored an error of GitHub's in the place of the tokens.
  ['answers nonsense', 'keycloak_unavailable'],
];

describe('A sign-in whose tokens Keycloak does not hand over', () => {
  let site: KeycloakSite;
  let octocat: RealBrowser;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open({ patience: { timeoutMs: TIMEOUT_MS } });
    site.proxy.faultyPath = BROKER;
    octocat = await site.signedIn('octocat');
  });
  after(() => site.close());

  async function documentsOf(id: number): Promise<unknown[]> {
    const paths = (await site.documents()).filter((path) => path.includes(`/${id}`));
    return Promise.all(paths.map(async (path) => [path, await site.document(path)]));
  }

  const sessionsOf = async (id: number) =>
    (await site.realm.sessions()).filter(({ username }) => username === String(id));

  for (const [fault, code] of FAILURES) {
    it(`is 503 and leaves nothing behind: ${typeof fault === 'number' ? `status ${fault}` : `it ${fault}`}`, async () => {
      for (const { login, id, isSignedIn } of USERS) {
        const browser = site.browser();
        const { url } = await browser.goTo(
          `${site.url}/oauth/github/authorize`,
          login,
          ({ pathname }) => pathname === '/oauth/keycloak/callback',
        );
        const [before, itsSessions] = [await documentsOf(id), await sessionsOf(id)];
        site.github.calls.clear();
        site.proxy.requests.length = 0;
        site.proxy.fault = fault;
        try {
          const answer = await browser.fetch(url.href, { headers: { accept: 'application/json' } });
          const body = (await answer.json()) as { error: string; code: string };
          assert.deepEqual([answer.status, body.code], [503, code]);
          assert.match(body.error, /^[A-Z].*\.$/);
          assert.match(answer.headers.get('retry-after') ?? '', /^[1-9]\d*$/);
        } finally {
          site.proxy.fault = undefined;
        }
        assert.equal(browser.cookies(site.url).has('openhands_auth'), false);
        assert.deepEqual(await documentsOf(id), before);
        assert.deepEqual(site.github.calls.all, []);
        assert.equal(site.proxy.count(BROKER), 1);
        // What Keycloak has begun for this attempt is given back; the grant is not: it may be that of an earlier sign-in.
        await eventually(async () => assert.deepEqual(await sessionsOf(id), itsSessions));
        assert.equal(itsSessions.length, isSignedIn ? 1 : 0);
        assert.equal(site.github.tokens.hasGrant(login), true);
      }
      assert.equal(await site.statusOf(octocat, '/api/github/user'), 200);
    });
  }

  it('succeeds the next time', async () => {
    await site.signedIn('hubot');
  });
});

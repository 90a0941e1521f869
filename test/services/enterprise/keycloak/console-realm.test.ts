import assert from 'node:assert/strict';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealmTemplate } from './realm.ts';

/** As docs/keycloak.md says to click it together: what it says nothing of is as Keycloak has it in a new realm. */
const clicked = ({ clients: [client], identityProviders: [provider] }: RealmTemplate) => ({
  browserFlow: undefined,
  authenticationFlows: undefined,
  authenticatorConfig: undefined,
  clientScopeMappings: undefined,
  scopeMappings: undefined,
  clients: [
    {
      ...client,
      fullScopeAllowed: undefined,
      webOrigins: undefined,
      defaultClientScopes: undefined,
      optionalClientScopes: undefined,
      protocolMappers: undefined,
    },
  ],
  identityProviders: [{ ...provider, firstBrokerLoginFlowAlias: undefined }],
});

describe('A realm that was made in the admin console', () => {
  before(async function () {
    this.timeout(600_000);
    await (await KeycloakSite.open()).close();
  });

  it('asks people nothing but the consent, whatever their profile at GitHub has', async () => {
    const site = await KeycloakSite.open({ realm: clicked });
    try {
      for (const login of ['octocat', 'monalisa', 'hubot']) {
        const browser = await site.signedIn(login);
        assert.equal(await site.statusOf(browser, '/api/github/user'), 200);
      }
      assert.equal((await site.realm.sessions()).length, 3);
    } finally {
      await site.close();
    }
  });

  it('asks those without a name for one where the user profile requires it', async () => {
    const site = await KeycloakSite.open({
      realm: (template) => ({ ...clicked(template), components: undefined }),
    });
    try {
      await site.signedIn('octocat');
      const { url } = await site.signIn(site.browser(), 'monalisa');
      assert.match(url.pathname, /\/login-actions\/first-broker-login$/);
    } finally {
      await site.close();
    }
  });

  it('signs nobody in whose default role has no read-token, and says so', async () => {
    const site = await KeycloakSite.open({
      realm: (template) => ({ ...clicked(template), roles: undefined, defaultRole: undefined }),
    });
    try {
      const { status } = await site.signIn(site.browser());
      assert.equal(status, 503);
      assert.match(site.log.join(''), /users need the role read-token of the client broker/);
      assert.deepEqual(await site.realm.sessions(), []);
    } finally {
      await site.close();
    }
  });
});

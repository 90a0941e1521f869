import assert from 'node:assert/strict';
import { sharedKeycloak } from '../../engines.ts';
import { KeycloakSite } from './keycloak-site.ts';

describe('The start behind a Keycloak', () => {
  const refused = (env: Record<string, string>, message: RegExp) =>
    assert.rejects(KeycloakSite.open({ env }), (error: Error) => {
      assert.equal(error.name, 'ConfigurationError');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });

  before(async function () {
    this.timeout(600_000);
    await (await KeycloakSite.open()).close();
  });

  it('ends with one line when a variable is missing', () =>
    refused({ KEYCLOAK_REALM_NAME: '' }, /^KEYCLOAK_REALM_NAME must be set/));

  it('ends with one line for a realm that is unknown', () =>
    refused({ KEYCLOAK_REALM_NAME: 'nobody-made-it' }, /^Keycloak has no realm "nobody-made-it": set/));

  for (const name of ['KEYCLOAK_CLIENT_ID', 'KEYCLOAK_CLIENT_SECRET']) {
    it(`ends with one line for a client that is refused: ${name}`, () =>
      refused({ [name]: 'another' }, /^Keycloak refuses this server as its client: compare/));
  }

  it('ends with one line when Keycloak calls itself otherwise', () =>
    refused(
      { KEYCLOAK_SERVER_URL_EXT: 'https://elsewhere.example' },
      /^Keycloak does not call itself https:\/\/else/,
    ));

  it('ends with one line when only the scheme is another', async () => {
    const { url } = await sharedKeycloak();
    await refused(
      { KEYCLOAK_SERVER_URL_EXT: url.replace('http:', 'https:') },
      /^Keycloak does not call itself https:\/\/127/,
    );
  });

  it('ends with one line for a path below which there is no Keycloak', async () => {
    const { url } = await sharedKeycloak();
    await refused(
      { KEYCLOAK_SERVER_URL: `${url}/auth` },
      /^Keycloak has no realm .* KEYCLOAK_SERVER_URL with its path/,
    );
  });

  it('takes addresses with a slash at their end', async () => {
    const { url } = await sharedKeycloak();
    const site = await KeycloakSite.open({
      env: { KEYCLOAK_SERVER_URL: `${url}/`, KEYCLOAK_SERVER_URL_EXT: `${url}/` },
    });
    try {
      await site.signedIn('octocat');
    } finally {
      await site.close();
    }
  });

  it('is a warning when Keycloak cannot be reached: then the server is ready, and works when it can', async () => {
    const site = await KeycloakSite.open({ patience: { timeoutMs: 2_000 }, fault: 'hangs' });
    try {
      assert.match(site.log.join(''), /"level":40.*Keycloak cannot be reached/);
      const ready = await fetch(`${site.url}/ready`);
      assert.deepEqual(
        [ready.status, await ready.json()],
        [200, { ready: true, checks: { store: 'ok', keycloak: 'degraded' } }],
      );
      site.proxy.fault = undefined;
      await site.signedIn('octocat');
      const later = (await (await fetch(`${site.url}/ready`)).json()) as { checks: unknown };
      assert.deepEqual(later.checks, { store: 'ok', keycloak: 'ok' });
    } finally {
      await site.close();
    }
  });
});

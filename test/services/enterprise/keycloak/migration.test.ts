import assert from 'node:assert/strict';
import { SaasServerConfig } from '../../../../lib/enterprise/index.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';
import { type ServerBeside, startBeside, statusWithCookiesOf } from './server-beside.ts';

const HOUR_MS = 3_600_000;

describe('The Enterprise edition and the one behind Keycloak, on one store', () => {
  let site: KeycloakSite;
  /** The Enterprise edition without Keycloak. */
  let beside: ServerBeside;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open();
    beside = await startBeside(site, SaasServerConfig);
  });
  after(async () => {
    await beside.close();
    await site.close();
  });

  /** Takes the cookie that one of them has set to the other, and asks for what needs a session and a fresh token. */
  async function isServed(browser: RealBrowser, from: string, to: string): Promise<void> {
    for (const path of ['/api/settings', '/api/github/repositories']) {
      assert.equal(await statusWithCookiesOf(browser, from, to, path), 200);
    }
  }

  for (const direction of ['there', 'back'] as const) {
    it(`keep the sessions and the tokens of users on the way ${direction}`, async () => {
      const { url } = beside;
      const [from, to] = direction === 'there' ? [url, site.url] : [site.url, url];
      const browser = site.browser();
      const page = await browser.goTo(`${from}/oauth/github/authorize`, 'hubot');
      assert.equal(page.status, 200, page.text);
      await isServed(browser, from, to);
      // GitHub's token has died meanwhile: the one refreshes what the other has kept.
      site.github.clock.advance(9 * HOUR_MS);
      await isServed(browser, from, to);
      await isServed(browser, from, from);
    });
  }
});

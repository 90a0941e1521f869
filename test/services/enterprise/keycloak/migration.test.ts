import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp } from '../../../../lib/app.ts';
import { SaasServerConfig } from '../../../../lib/enterprise/index.ts';
import { environmentFor } from '../../../integration/enterprise-site.ts';
import { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

const HOUR_MS = 3_600_000;

describe('The Enterprise edition and the one behind Keycloak, on one store', () => {
  let site: KeycloakSite;
  /** Where the Enterprise edition listens, without Keycloak. */
  let url: string;
  let close: () => Promise<void>;

  before(async function () {
    this.timeout(600_000);
    site = await KeycloakSite.open();
    const app = await createApp(
      new SaasServerConfig({
        env: environmentFor(site.github, site.files),
        now: site.github.clock.now,
        logger: pino({ level: 'silent' }),
      }),
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    close = async () => {
      server.closeAllConnections();
      server.close();
      await app.close();
    };
  });
  after(async () => {
    await close();
    await site.close();
  });

  /** Takes the cookie that one of them has set to the other, and asks for what needs a session and a fresh token. */
  async function isServed(browser: RealBrowser, from: string, to: string): Promise<void> {
    const cookie = [...browser.cookies(from)].map(([name, value]) => `${name}=${value}`).join('; ');
    for (const path of ['/api/settings', '/api/github/repositories']) {
      const response = await fetch(to + path, { headers: { cookie } });
      assert.equal(response.status, 200, await response.text());
    }
  }

  for (const direction of ['there', 'back'] as const) {
    it(`keep the sessions and the tokens of users on the way ${direction}`, async () => {
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

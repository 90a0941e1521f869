/** A second server on the store of a site, to which no browser is sent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { createApp } from '../../../../lib/app.ts';
import type { SaasServerConfig } from '../../../../lib/enterprise/index.ts';
import { environmentFor } from '../../../integration/enterprise-site.ts';
import type { KeycloakSite } from './keycloak-site.ts';
import type { RealBrowser } from './real-browser.ts';

export interface ServerBeside {
  readonly url: string;
  close(): Promise<void>;
}

/** @param env - what it is told beside GitHub and the store: behind Keycloak, the realm's variables as well. */
export async function startBeside(
  site: KeycloakSite,
  Config: typeof SaasServerConfig,
  env: Readonly<Record<string, string>> = {},
): Promise<ServerBeside> {
  const app = await createApp(
    new Config({
      env: { ...environmentFor(site.github, site.files), ...env },
      now: site.github.clock.now,
      logger: pino({ level: 'silent' }),
    }),
  );
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await app.close();
    },
  };
}

/** What `server` answers to the cookies that a browser has got from `origin`. */
export async function statusWithCookiesOf(
  browser: RealBrowser,
  origin: string,
  server: string,
  path: string,
): Promise<number> {
  const cookie = [...browser.cookies(origin)].map(([name, value]) => `${name}=${value}`).join('; ');
  const response = await fetch(server + path, { headers: { cookie } });
  await response.text();
  return response.status;
}

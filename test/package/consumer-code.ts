/** A TypeScript program of somebody who has installed the package. */

/** Uses every entry point, values and types; what it prints shows that they work together. */
export const CODE = `
import type { AddressInfo } from 'node:net';
import express from 'express';
import { openhands, type Settings } from 'openhands-express';
import { compose, defineMiddleware, type Stack } from 'openhands-express/compose';
import { listen } from 'openhands-express/express-messages';
import { ServerConfig } from 'openhands-express/oss';
import { SaasServerConfig } from 'openhands-express/enterprise';
import { FakeGitHub } from 'openhands-express/testing';

declare module 'openhands-express' {
  interface RequestState {
    tenant_id?: string;
  }
}

const tenant = defineMiddleware({
  name: 'tenant',
  writes: ['tenant_id'],
  handle(req, _res, next) {
    req.state.tenant_id = 'acme';
    next();
  },
});
const stack: Stack<'tenant_id'> = compose({ mine: [tenant] });

async function main(): Promise<void> {
  const github = await FakeGitHub.listen();
  const edition = await openhands({
    env: {
      LOG_LEVEL: 'silent',
      FILE_STORE_PATH: 'store',
      GITHUB_API_URL: github.apiUrl,
      GITHUB_BASE_URL: github.url,
    },
  });
  const app = express().use(stack, edition);
  app.get('/mine', (req, res) => {
    const settings: Settings | undefined = req.state.settings;
    const user: string | undefined = req.state.github_user_id;
    res.json({ settings, user, tenant: req.state.tenant_id });
  });
  const server = listen(app, 0, '127.0.0.1', () => {
    void fetch(\`http://127.0.0.1:\${(server.address() as AddressInfo).port}/api/options/config\`)
      .then((response) => response.json())
      .then(async ({ APP_MODE }: any) => {
        const extended: boolean = SaasServerConfig.prototype instanceof ServerConfig;
        console.log(APP_MODE, stack.plan.map(({ name }) => name).join(), extended);
        server.close();
        await edition.close();
        await github.close();
      });
  });
}
void main();
`;

/** Which edition answers what, of the product itself. */
import assert from 'node:assert/strict';
import { rehearse } from '../../lib/cli/rehearsal.ts';
import { composeRoutes, type Routes } from '../../lib/compose.ts';
import { routesOfServer } from '../../lib/oss/routes/server-routes.ts';

const KEYCLOAK = {
  // Nobody listens there; the routes are the same.
  KEYCLOAK_SERVER_URL: 'http://127.0.0.1:9',
  KEYCLOAK_REALM_NAME: 'openhands',
  KEYCLOAK_CLIENT_ID: 'openhands',
  KEYCLOAK_CLIENT_SECRET: 'secret',
};

const EDITIONS = [
  { name: 'OSS edition', env: {}, layers: ['oss'], replaced: [] as string[] },
  {
    name: 'Enterprise edition',
    env: { OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig' },
    layers: ['enterprise', 'oss'],
    replaced: ['POST /api/logout', 'ALL /api/logout'],
  },
  {
    name: 'edition behind a Keycloak',
    env: {
      ...KEYCLOAK,
      OPENHANDS_CONFIG_CLS: './lib/enterprise/keycloak/keycloak-server-config.ts#KeycloakServerConfig',
    },
    layers: ['keycloak', 'enterprise', 'oss'],
    replaced: ['POST /api/logout', 'ALL /api/logout'],
  },
];

for (const { name, env, layers, replaced } of EDITIONS) {
  describe(`The routes of the ${name}`, () => {
    let routes: Routes;
    let described: readonly string[];

    before(async () => {
      [routes, described] = await rehearse(env, (config) => [
        composeRoutes(routesOfServer(config), { ...config.routesOptions(), strict: true }),
        config.operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`),
      ]);
    });

    it('come in the order of the layers, the highest first', () => {
      assert.deepEqual([...new Set(routes.plan.map(({ layer }) => layer))], layers);
    });

    it('hide none of a lower layer but those that they say they replace', () => {
      const never = routes.plan.filter(({ replacedBy, hiddenBy }) => replacedBy ?? hiddenBy);
      assert.deepEqual(
        never.map(({ method, path }) => `${method} ${path}`),
        replaced,
      );
      assert.ok(never.every(({ hiddenBy }) => hiddenBy === undefined));
    });

    it('are all compared, and answer each operation that is described', () => {
      assert.deepEqual(
        routes.plan.filter(({ notCompared }) => notCompared !== undefined),
        [],
      );
      const reached = new Set(
        routes.plan
          .filter(({ replacedBy }) => replacedBy === undefined)
          .flatMap(({ method, path }) => (method === 'ALL' ? [] : `${method} ${path}`)),
      );
      // Without its secret the webhook is 404, by one handler for all methods.
      const missing = described.filter((one) => !reached.has(one));
      assert.deepEqual(
        missing.filter((one) => one !== 'POST /integration/github/events'),
        [],
      );
    });

    it('name each router, and the file in which it was declared', () => {
      for (const { router, at } of routes.plan) {
        assert.match(router, /^[a-z-]+$/);
        assert.match(at, /^lib\/(oss|enterprise)\/(routes|openapi|keycloak)\/[a-z-]+\.ts:\d+$/);
      }
    });
  });
}

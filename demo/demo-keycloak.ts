/** `npm run demo:keycloak`: the Enterprise edition behind a real Keycloak, whose GitHub is a fake. Needs Java. */
import { randomBytes } from 'node:crypto';
import { demonstrate } from './demonstrate.ts';
import { KeycloakServer } from './keycloak/keycloak-server.ts';
import { realmOf } from './keycloak/realm-template.ts';

await demonstrate({
  config: { module: 'lib/enterprise/keycloak/keycloak-server-config', name: 'KeycloakServerConfig' },
  async neighbour({ address, github, signal }) {
    const keycloak = await KeycloakServer.start({ port: 8080, signal, progress: console.log });
    const env = {
      KEYCLOAK_SERVER_URL: keycloak.url,
      KEYCLOAK_REALM_NAME: 'openhands',
      KEYCLOAK_CLIENT_ID: 'openhands',
      KEYCLOAK_CLIENT_SECRET: randomBytes(16).toString('hex'),
    };
    const end = () => keycloak.stop();
    try {
      await keycloak.admin('POST', '', await realmOf({ ...env, ...github.environment, PUBLIC_URL: address }));
    } catch (error) {
      await end();
      throw error;
    }
    const lines = { Keycloak: `${keycloak.url}/admin  (its console: admin, with the password admin)` };
    return { env, lines, end };
  },
});

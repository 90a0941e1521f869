import assert from 'node:assert/strict';
import { readKeycloakEnvironment } from '../../../lib/enterprise/keycloak/environment.ts';

const NEEDED = {
  KEYCLOAK_SERVER_URL: 'https://keycloak.example.com/',
  KEYCLOAK_REALM_NAME: 'openhands',
  KEYCLOAK_CLIENT_ID: 'server',
  KEYCLOAK_CLIENT_SECRET: 'hush-hush',
};

describe('The environment of the edition behind a Keycloak', () => {
  it('has a default for all that need not be set', () => {
    const { KEYCLOAK_CLIENT_SECRET: secret, ...others } = readKeycloakEnvironment(NEEDED);
    assert.deepEqual(others, {
      KEYCLOAK_SERVER_URL: 'https://keycloak.example.com',
      KEYCLOAK_REALM_NAME: 'openhands',
      KEYCLOAK_CLIENT_ID: 'server',
      KEYCLOAK_IDP_HINT: 'github',
      KEYCLOAK_TOKEN_CUSTODY: 'manager',
      KEYCLOAK_CHECK_EVERY: 300_000,
    });
    assert.equal(secret.reveal(), 'hush-hush');
  });

  it('names everything that is missing in one line', () => {
    assert.throws(
      () => readKeycloakEnvironment({ KEYCLOAK_SERVER_URL: ' ' }),
      ({ message }: Error) => {
        for (const name of Object.keys(NEEDED))
          assert.ok(message.includes(`${name} must be set to`), message);
        return !message.includes('\n');
      },
    );
  });

  for (const [name, value] of [
    ['KEYCLOAK_SERVER_URL', 'keycloak.example.com'],
    ['KEYCLOAK_SERVER_URL', 'https://admin:hush@keycloak.example.com'],
    ['KEYCLOAK_SERVER_URL_EXT', 'ftp://keycloak.example.com'],
    ['KEYCLOAK_IDP_HINT', '../master'],
    ['KEYCLOAK_CHECK_EVERY', '300'],
    ['KEYCLOAK_CHECK_EVERY', '0s'],
    ['KEYCLOAK_TOKEN_CUSTODY', 'hush'],
    ['KEYCLOAK_TOKEN_CUSTODY', 'Keycloak'],
  ] as const) {
    it(`refuses ${name}=${value}, and does not repeat it`, () => {
      assert.throws(
        () => readKeycloakEnvironment({ ...NEEDED, [name]: value }),
        ({ message }: Error) => message.startsWith(`${name} must be`) && !message.includes('hush'),
      );
    });
  }
});

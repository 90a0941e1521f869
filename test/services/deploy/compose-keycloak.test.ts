import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { freePort } from '../../../demo/free-port.ts';
import { KeycloakProcess } from '../../../demo/keycloak/keycloak-process.ts';
import { eventually, STARTED_WITHIN_MS } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { composeServices, environmentOf, fileOf, runImage, type Service } from './compose-file.ts';

const DEPLOY = new URL('../../../deploy/', import.meta.url);
const IMPORTED = '/opt/keycloak/data/import/';

/** As docs/keycloak.md says to fill in deploy/.env. */
const COMPOSE_ENV = {
  COMPOSE_PROFILES: 'keycloak',
  OPENHANDS_EDITION: 'KeycloakServerConfig',
  KEYCLOAK_HOSTNAME: 'https://keycloak.example.com',
};

describe('The profile keycloak of deploy/compose.yaml', () => {
  let services: Record<string, Service>;
  let folder: string;
  let keycloak: KeycloakProcess | undefined;
  /** What keycloak.env says, of which the example has everything but the secrets. */
  let file: Record<string, string>;
  let database: string;

  before(async function () {
    this.timeout(600_000);
    services = await composeServices(COMPOSE_ENV);
    folder = await mkdtemp(join(tmpdir(), 'compose-keycloak-'));
    const example = parseEnv(await fileOf('deploy/keycloak/keycloak.env.example')) as Record<string, string>;
    file = {
      ...example,
      KEYCLOAK_CLIENT_SECRET: 'c0ffee',
      GITHUB_APP_CLIENT_ID: 'Iv1.keycloak',
      GITHUB_APP_CLIENT_SECRET: 'hush',
    };
    await mkdir(join(folder, 'import'));
    for (const volume of services.keycloak!.volumes!) {
      const [from = '', to = ''] = volume.split(':');
      assert.ok(to.startsWith(IMPORTED), to);
      await copyFile(fileURLToPath(new URL(from, DEPLOY)), join(folder, 'import', to.slice(IMPORTED.length)));
    }
    assert.ok(services.keycloak!.command!.includes('--import-realm'));
    const ofKeycloak = Object.entries(services.keycloak!.environment!);
    // Its database is a file here.
    const env = Object.fromEntries(ofKeycloak.filter(([name]) => !name.startsWith('KC_DB')));
    keycloak = await KeycloakProcess.start(folder, { port: await freePort(), env: { ...file, ...env } });

    database = await engines().postgres.newDatabase();
    const migrating = runImage(services.migrate!.command!, environmentOf(services.migrate!, database, file));
    migrating.stdout.resume();
    migrating.stderr.pipe(process.stderr);
    assert.deepEqual(await once(migrating, 'exit'), [0, null]);
  });
  after(async () => {
    await keycloak?.end();
    await rm(folder, { recursive: true, force: true });
  });

  function serve(changes: Record<string, string> = {}) {
    const env = environmentOf(services.server!, database, { ...file, KEYCLOAK_SERVER_URL: keycloak!.url });
    return runImage(['serve'], { ...env, ...changes });
  }

  it('is started only where it is asked for', async () => {
    const without = await composeServices();
    assert.match(without.server!.environment!.OPENHANDS_CONFIG_CLS!, /#SaasServerConfig$/);
    const profiled = Object.entries(without).filter(([, { profiles }]) => profiles?.includes('keycloak'));
    assert.deepEqual(
      profiled.map(([name]) => name),
      ['keycloak', 'keycloak-postgres'],
    );
    for (const [, { ports = [] }] of profiled) {
      for (const port of ports) assert.match(port, /^127\.0\.0\.1:/);
    }
  });

  it('makes the realm, in which the server is a client that is accepted', async () => {
    const port = String(await freePort());
    const server = serve({ PORT: port });
    const log = text(server.stdout);
    server.stderr.pipe(process.stderr);
    try {
      const ready = await eventually(async () => {
        const answer = await fetch(`http://127.0.0.1:${port}/ready`);
        assert.equal(answer.status, 200);
        return (await answer.json()) as { checks: Record<string, string> };
      }, STARTED_WITHIN_MS);
      assert.equal(ready.checks.keycloak, 'ok');
      const authorize = `http://127.0.0.1:${port}/oauth/github/authorize`;
      const { headers } = await fetch(authorize, { redirect: 'manual' });
      const location = new URL(headers.get('location') ?? '');
      assert.equal(location.origin, COMPOSE_ENV.KEYCLOAK_HOSTNAME);
      // Keycloak takes the request for one of its client's, and goes on to GitHub.
      const asked = await fetch(keycloak!.url + location.pathname + location.search, { redirect: 'manual' });
      assert.equal(asked.status, 303);
      assert.match(asked.headers.get('location') ?? '', /\/broker\/github\/login\?/);
    } finally {
      server.kill('SIGKILL');
    }
    assert.doesNotMatch(await log, /Keycloak cannot be reached/);
  });

  it('is one in which no other secret is accepted', async () => {
    const server = serve({ KEYCLOAK_CLIENT_SECRET: 'another', PORT: String(await freePort()) });
    server.stdout.resume();
    const complaint = text(server.stderr);
    assert.deepEqual(await once(server, 'exit'), [1, null]);
    assert.match(await complaint, /^.*Keycloak refuses this server as its client: [^\n]+\n$/);
  });
});

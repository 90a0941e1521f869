import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../demo/free-port.ts';
import { eventually, STARTED_WITHIN_MS } from '../../eventually.ts';
import { engines } from '../engines.ts';
import { ROLE } from '../engines/postgres-server.ts';
import { findProgram, Program } from '../engines/program.ts';
import {
  composeServices,
  environmentOf,
  fileOf,
  runImage,
  type Service,
  variablesIn,
} from './compose-file.ts';

/** There is no Docker here: what the file says is done without it, line by line. */
describe('deploy/compose.yaml', () => {
  let services: Record<string, Service>;
  const started: (ChildProcess | Program)[] = [];

  before(async () => {
    services = await composeServices();
  });
  afterEach(async () => {
    for (const one of started.splice(0)) {
      if (one instanceof Program) await one.end('SIGKILL');
      else one.kill('SIGKILL');
    }
  });

  it('says of each image which version, and waits for what each service needs', () => {
    for (const [name, { image, depends_on = {} }] of Object.entries(services)) {
      assert.match(image, /^(openhands-express|[\w./]+:\d+[\w.-]*)$/, name);
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        assert.ok(services[needed], needed);
        if (condition === 'service_healthy') assert.ok(services[needed].healthcheck, needed);
      }
    }
  });

  it('sets only variables that .env.example explains, and asks for every one that is needed', async () => {
    const known = new Set(variablesIn(await fileOf('.env.example')));
    const asked = variablesIn(await fileOf('deploy/compose.env.example'));
    const ofKeycloak = variablesIn(await fileOf('deploy/keycloak/keycloak.env.example'));
    for (const name of [...Object.keys(services.server!.environment!), ...asked, ...ofKeycloak])
      assert.ok(known.has(name), name);
    for (const name of [
      'GITHUB_APP_CLIENT_ID',
      'GITHUB_APP_CLIENT_SECRET',
      'COOKIE_SECRETS',
      'TOKEN_ENCRYPTION_KEYS',
    ]) {
      assert.ok(asked.includes(name), name);
    }
  });

  it('makes the tables, and then serves', async () => {
    const database = await engines().postgres.newDatabase();
    const migrating = runImage(services.migrate!.command!, environmentOf(services.migrate!, database));
    migrating.stdout.resume();
    migrating.stderr.pipe(process.stderr);
    assert.deepEqual(await once(migrating, 'exit'), [0, null]);

    const port = String(await freePort());
    const server = runImage(['serve'], { ...environmentOf(services.server!, database), PORT: port });
    server.stdout.resume();
    server.stderr.pipe(process.stderr);
    started.push(server);
    const ready = await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/ready`);
      assert.equal(answer.status, 200);
      return (await answer.json()) as { checks: Record<string, string> };
    }, STARTED_WITHIN_MS);
    assert.deepEqual(
      Object.values(ready.checks),
      Object.values(ready.checks).map(() => 'ok'),
    );
  });

  it('has a check of PostgreSQL that succeeds, and one that notices when it is away', async () => {
    const [, program = '', ...args] = services.postgres!.healthcheck!.test;
    const check = (port: number) =>
      spawnSync(findProgram(program, 'postgresql-client'), args, {
        env: { PGHOST: '127.0.0.1', PGPORT: String(port), PGPASSWORD: ROLE.password },
      }).status;
    assert.equal(check(engines().postgres.port), 0);
    assert.notEqual(check(await freePort()), 0);
  });

  it('starts a Redis that understands its options, and has a check that notices when it is away', async () => {
    const [program = '', ...args] = services.redis!.command!;
    const port = await freePort();
    started.push(new Program(findProgram(program, 'redis-server'), [...args, '--port', String(port)]));
    const [, checker = '', ...checked] = services.redis!.healthcheck!.test;
    const check = (at: number) =>
      spawnSync(findProgram(checker, 'redis-tools'), ['-p', String(at), ...checked], { encoding: 'utf8' });
    await eventually(() => {
      assert.equal(check(port).stdout, 'PONG\n');
      return Promise.resolve();
    });
    assert.notEqual(check(await freePort()).status, 0);
  });
});

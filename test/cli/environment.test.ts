import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from '../../lib/cli/env-file.ts';
import { main } from '../../lib/cli/main.ts';
import { KeycloakServerConfig } from '../../lib/enterprise/index.ts';
import { variablesIn } from '../../lib/oss/read-variables.ts';
import { compiled } from '../compiled.ts';
import { EnterpriseSite, environmentFor } from '../integration/enterprise-site.ts';
import { CliProcess } from './cli-process.ts';
import { RecordingTerminal } from './recording-terminal.ts';

const EXAMPLE = fileURLToPath(new URL('../../.env.example', import.meta.url));
const SAAS = fileURLToPath(new URL('../../lib/enterprise/saas-server-config.ts', import.meta.url));

/** Every command that works on what an edition keeps. */
const COMMANDS: readonly (readonly string[])[] = [
  ['tokens', 'list'],
  ['tokens', 'show', '1'],
  ['tokens', 'revoke', '1'],
  ['tokens', 'rotate'],
  ['tokens', 'verify'],
  ['sessions', 'end', '--all'],
  ['sessions', 'end', '--user', 'octocat'],
];

describe('The environment of the commands', function () {
  this.timeout(600_000);
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'environment-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Runs a command in the folder, in this process: a process of its own takes a quarter of a second. */
  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const terminal = new RecordingTerminal({ ...env });
    const before = process.cwd();
    process.chdir(folder);
    try {
      return { code: await main(args, terminal), out: terminal.written, error: terminal.errors };
    } finally {
      process.chdir(before);
    }
  }

  /** Runs a command in the folder, in a process of its own. */
  async function runProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const cli = new CliProcess(args, env, folder);
    return { code: await cli.exitCode(), out: cli.out, error: cli.error };
  }

  async function writeEnvFile(env: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(env).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(join(folder, '.env'), lines.join(''));
  }

  it('is that of .env for each of them, and each says on which store it works', async () => {
    const site = await EnterpriseSite.open();
    try {
      await site.signedIn();
      const isOnTheStore = ({ error, out }: { error: string; out: string }, command: string): void => {
        assert.match(error, new RegExp(`^Store: JSON files in ${site.files}\n`), command);
        assert.doesNotMatch(out, /Store/);
      };
      const env = environmentFor(site.github, site.files);
      await writeEnvFile({ ...env, OPENHANDS_CONFIG_CLS: `${SAAS}#SaasServerConfig` });
      for (const args of COMMANDS) isOnTheStore(await run(args, { FILE_STORE_PATH: ' ' }), args.join(' '));

      const COMPILED = compiled('lib/enterprise/saas-server-config.ts');
      await writeEnvFile({ ...env, OPENHANDS_CONFIG_CLS: `${COMPILED}#SaasServerConfig` });
      isOnTheStore(await runProcess(['tokens', 'list'], { FILE_STORE_PATH: ' ' }), 'a process');
      const { code, out } = await runProcess(['stack']);
      assert.equal(code, 0);
      assert.match(out, /github-user/);
    } finally {
      await site.close();
    }
  });

  it('is that of the process where .env says something else', async () => {
    await writeEnvFile({ LOG_LEVEL: 'loud', OPENHANDS_CONFIG_CLS: './gone.ts#Gone' });
    const { code, error } = await runProcess(['stack'], { OPENHANDS_CONFIG_CLS: `${SAAS}#SaasServerConfig` });
    assert.equal(code, 1);
    assert.match(error, /^LOG_LEVEL must be one of /);
  });

  it('makes nothing where there is no store', async () => {
    const env = {
      OPENHANDS_CONFIG_CLS: `${SAAS}#SaasServerConfig`,
      GITHUB_APP_CLIENT_ID: 'Iv1.1',
      GITHUB_APP_CLIENT_SECRET: 's',
    };
    for (const args of [...COMMANDS, ['migrate'], ['store', 'copy', '--from', 'file:.openhands']]) {
      const { code, error } = await run(args, env);
      assert.ok(code === 1 || code === 2, `${args.join(' ')}: ${error}`);
      assert.deepEqual(await readdir(folder), [], args.join(' '));
    }
    const { code, error } = await runProcess(['tokens', 'list'], env);
    assert.equal(code, 1, error);
    assert.deepEqual(await readdir(folder), []);
  });

  it('is told in one list where several things are wrong', async () => {
    const { code, error } = await runProcess(['serve'], {
      OPENHANDS_CONFIG_CLS: `${SAAS}#SaasServerConfig`,
      PORT: 'web',
    });
    assert.equal(code, 1);
    assert.match(
      error,
      /^openhands-express: 3 things have to be set or mended:\n {2}- PORT .*\n {2}- GITHUB_APP_CLIENT_ID .*\n {2}- GITHUB_APP_CLIENT_SECRET .*\n$/,
    );
    assert.deepEqual(await readdir(folder), []);
  });

  it('is no business of learn, whose command has a .env of its own', async () => {
    await writeFile(join(folder, '.env'), 'A=$HOME\n');
    const { error } = await runProcess(['learn', '--', 'true']);
    assert.doesNotMatch(error, /\.env/);
  });
});

describe('.env.example', () => {
  it('changes nothing when it is copied: not the store of the systemd unit, not the HOST of the container', async () => {
    assert.deepEqual(await readEnvFile(EXAMPLE), {});
  });

  it('has each variable of each edition, and no other', async () => {
    const named = [...(await readFile(EXAMPLE, 'utf8')).matchAll(/^# ([A-Z][A-Z\d_]+)=/gm)].map(
      ([, name]) => name,
    );
    const known = KeycloakServerConfig.variables.flatMap(({ schema }) =>
      Object.keys(variablesIn(schema({}))),
    );
    assert.deepEqual(named.sort(), known.sort());
  });
});

/** What two servers do to each other that share a file store by accident. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { main } from '../../lib/cli/main.ts';
import { SaasServerConfig } from '../../lib/enterprise/saas-server-config.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { loadServerConfig } from '../../lib/oss/load-server-config.ts';
import { STORE_MARKER } from '../../lib/oss/storage/store-marker.ts';
import { RecordingTerminal } from '../cli/recording-terminal.ts';
import { ServerProcess } from '../server-process.ts';
import { EnterpriseSite, environmentFor } from './enterprise-site.ts';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const OTHER = 'Iv23liAnotherGitHubApp';

/** An edition with a part of its own, which fails once all else has succeeded. */
class FailsLast extends SaasServerConfig {
  override async verify(): Promise<void> {
    await super.verify();
    throw new ConfigurationError('Another part has failed.');
  }
}

describe('Two deployments on one file store', () => {
  let site: EnterpriseSite;
  let own: string;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
    own = site.github.app.clientId;
  });
  afterEach(() => site.close());

  const envOf = (clientId: string) => ({
    ...environmentFor(site.github, site.files),
    GITHUB_APP_CLIENT_ID: clientId,
  });
  const marker = async () => JSON.parse(await site.document(STORE_MARKER)) as Record<string, unknown>;

  async function start(env: Record<string, string>, logger = pino({ level: 'silent' })): Promise<void> {
    await (await loadServerConfig({ env, logger })).close();
  }

  async function refusal(env: Record<string, string>): Promise<string> {
    try {
      await start(env);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.message;
      throw error;
    }
    return assert.fail('it has started');
  }

  it('of two GitHub Apps: the second does not start, and says why; the first one’s users stay signed in', async () => {
    const browser = await site.signedIn();
    assert.equal(
      await refusal(envOf(OTHER)),
      `GITHUB_APP_CLIENT_ID is ${OTHER}, but the store belongs to the GitHub App ${own} (JSON files in ${site.files}): ` +
        "each would end the sign-ins of the other's users. Set another store, or the ID of that App; " +
        'if this App has taken its place, take github_app_client_id out of the document openhands-store.json.',
    );
    await browser.get('/api/github/user').expect(200);
    await start(envOf(own));
  });

  it('of two GitHub Apps: no command works on the tokens of the other', async () => {
    const browser = await site.signedIn();
    const terminal = new RecordingTerminal(envOf(OTHER));
    const user = String(site.github.directory.user('octocat').id);
    assert.equal(await main(['tokens', 'revoke', user], terminal), 1);
    assert.match(terminal.errors, /^GITHUB_APP_CLIENT_ID is Iv23liAnotherGitHubApp, but the store belongs/);
    await browser.get('/api/github/user').expect(200);
  });

  it('becomes another App’s when the one before is taken out of its marker, which keeps all else', async () => {
    await site.signedIn();
    const others = { store_id: (await marker()).store_id, copied_from: 'elsewhere' };
    await writeFile(join(site.files, STORE_MARKER), JSON.stringify(others));
    await start(envOf(OTHER));
    assert.deepEqual(await marker(), { ...others, github_app_client_id: OTHER });
    assert.match(await refusal(envOf(own)), /belongs to the GitHub App Iv23liAnotherGitHubApp/);
  });

  it('becomes another App’s when the one before has no tokens there: its ID was a mistake', async () => {
    await start(envOf(OTHER));
    const { store_id } = await marker();
    const said: string[] = [];
    await start(
      envOf(own),
      pino({ level: 'warn' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) }),
    );
    assert.deepEqual(await marker(), { store_id, github_app_client_id: own });
    assert.deepEqual(said, [
      'The store belongs to another GitHub App now; it had no tokens of the one before',
    ]);
  });

  it('stays an App’s that has only grants to give back there', async () => {
    await mkdir(join(site.files, 'revocations/github'), { recursive: true });
    await writeFile(join(site.files, 'revocations/github/7.json'), '{"secret": "x"}');
    assert.match(await refusal(envOf(OTHER)), /belongs to the GitHub App/);
    assert.equal((await marker()).github_app_client_id, own);
  });

  it('is not claimed by a start that fails, whatever fails it', async () => {
    await site.signedIn();
    const { store_id } = await marker();
    await writeFile(join(site.files, STORE_MARKER), JSON.stringify({ store_id }));
    const failing: [Record<string, string>, RegExp][] = [
      [{ GITHUB_USER_LIST_FILE: join(site.files, 'missing.txt') }, /GITHUB_USER_LIST_FILE/],
      [{ LLM_MODELS_FILE: join(site.files, 'missing.txt') }, /LLM_MODELS_FILE/],
      [{ FRONTEND_DIRECTORY: join(site.files, 'missing') }, /FRONTEND_DIRECTORY/],
    ];
    for (const [variables, expected] of failing) {
      assert.match(await refusal({ ...envOf(OTHER), ...variables }), expected);
      assert.deepEqual(await marker(), { store_id }, expected.source);
    }
    const last = new FailsLast({ env: envOf(OTHER), logger: pino({ level: 'silent' }) });
    await assert.rejects(last.prepare(), /^ConfigurationError: Another part has failed\.$/);
    await last.close();
    assert.deepEqual(await marker(), { store_id });
    await start(envOf(own));
    assert.equal((await marker()).github_app_client_id, own);
  });

  it('is not claimed by a server whose port is in use, and is by one that listens', async () => {
    await site.signedIn();
    const { store_id } = await marker();
    await writeFile(join(site.files, STORE_MARKER), JSON.stringify({ store_id }));
    const { port } = new URL(site.url);
    const terminal = new RecordingTerminal({ ...envOf(OTHER), PORT: port });
    assert.equal(await main(['serve'], terminal), 1);
    assert.match(terminal.errors, /^openhands-express: Port \d+ of \S+ is in use/);
    assert.deepEqual(await marker(), { store_id });
    const server = new ServerProcess(envOf(own), REPOSITORY);
    try {
      await server.url();
      assert.deepEqual(await marker(), { store_id, github_app_client_id: own });
    } finally {
      assert.equal(await server.end('SIGTERM'), 0);
    }
  });

  it('that somebody else claims while a server begins to listen ends it, with one line', async () => {
    const server = new ServerProcess(
      {
        ...envOf(own),
        OPENHANDS_CONFIG_CLS: './test/cli/fixtures/robbed-server-config.ts#RobbedServerConfig',
      },
      REPOSITORY,
    );
    assert.equal(await server.exitCode(), 1);
    assert.equal(server.errors, 'openhands-express: Somebody else has claimed it.\n');
    assert.doesNotMatch(server.output, /listens on/);
  });

  it('belongs to the App of the first server that starts, and to none by a command', async () => {
    await rm(join(site.files, STORE_MARKER));
    assert.equal(await main(['tokens', 'list'], new RecordingTerminal(envOf(OTHER))), 0);
    assert.deepEqual(Object.keys(await marker()), ['store_id']);
    await start(envOf(own));
    assert.equal((await marker()).github_app_client_id, own);
  });

  it('of both editions: neither disturbs the other', async () => {
    await writeFile(join(site.files, 'settings.json'), '{"language": "de"}');
    const before = await marker();
    await start({ FILE_STORE_PATH: site.files });
    assert.deepEqual(await marker(), before);
    assert.equal(await readFile(join(site.files, 'settings.json'), 'utf8'), '{"language": "de"}');
  });

  it('is marked with a line in the log the first time, which tells of a volume that is not there', async () => {
    const said: string[] = [];
    const logger = () =>
      pino({ level: 'info' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) });
    await start(envOf(own), logger());
    assert.deepEqual(said, []);
    await rm(join(site.files, STORE_MARKER));
    await start(envOf(own), logger());
    assert.deepEqual(said, ['The store has no marker yet, and gets one']);
  });

  it('that takes no marker is a warning to the OSS edition', async () => {
    const folder = join(site.files, '~oss');
    await mkdir(join(folder, STORE_MARKER), { recursive: true, mode: 0o700 });
    const said: string[] = [];
    await start(
      { FILE_STORE_PATH: folder },
      pino({ level: 'warn' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) }),
    );
    assert.deepEqual(said, ['The store could not be marked']);
  });

  it('in the wrong folder is a warning to the OSS edition', async () => {
    await site.signedIn();
    const said: string[] = [];
    await start(
      { FILE_STORE_PATH: join(site.files, 'users/github') },
      pino({ level: 'warn' }, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) }),
    );
    assert.match(said.join('\n'), /^FILE_STORE_PATH: .* lies inside the store/);
  });
});

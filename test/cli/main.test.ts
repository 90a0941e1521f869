import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pino } from 'pino';
import { main } from '../../lib/cli/main.ts';
import { JsonFileStore } from '../../lib/oss/storage/json-file-store.ts';
import { EnterpriseSite, environmentFor } from '../integration/enterprise-site.ts';
import { CliProcess } from './cli-process.ts';
import { besidesTheStore, RecordingTerminal } from './recording-terminal.ts';

const IMPATIENT = './test/cli/fixtures/impatient-server-config.ts#ImpatientServerConfig';

describe('What an operator can do something about is one line without a trace:', () => {
  let site: EnterpriseSite;
  let documents: JsonFileStore;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
    documents = new JsonFileStore({ path: site.files, log: pino({ level: 'silent' }) });
  });
  afterEach(async () => {
    await documents.close();
    await site.close();
  });

  const env = () => ({ ...environmentFor(site.github, site.files), OPENHANDS_CONFIG_CLS: IMPATIENT });

  async function run(...args: string[]) {
    const terminal = new RecordingTerminal(env());
    return {
      code: await main(args, terminal),
      out: terminal.written,
      error: besidesTheStore(terminal.errors),
    };
  }

  it('a document that a server keeps locked, to every command that needs it', async () => {
    await site.signedIn();
    const user = String(site.github.directory.user('octocat').id);
    await documents.withLock(`users/github/${user}/sessions.json`, async () => {
      for (const args of [
        ['sessions', 'end', '--user', user],
        ['tokens', 'revoke', user],
      ]) {
        const { code, out, error } = await run(...args);
        assert.deepEqual([code, out], [1, ''], args.join(' '));
        assert.equal(
          error,
          `The lock on users/github/${user}/sessions.json was not free within 50 ms.\n`,
          args.join(' '),
        );
      }
    });
  });

  it('a lock that keeps a server from starting', async () => {
    await documents.delete('cookie_secrets.json');
    await documents.withLock('cookie_secrets.json', async () => {
      const serving = new CliProcess(['serve'], { ...env(), PORT: '0', LOG_LEVEL: 'silent' });
      assert.equal(await serving.exitCode(), 1);
      assert.equal(
        serving.error,
        'openhands-express: The lock on cookie_secrets.json was not free within 50 ms.\n',
      );
    });
  });

  it('what the operating system does not permit', async () => {
    const { code, error } = await run('stack', '--write', '--lock', join(site.files, 'missing', 'lock.json'));
    assert.equal(code, 1);
    assert.match(error, /^ENOENT: no such file or directory, open '.*lock\.json'\n$/);
  });
});

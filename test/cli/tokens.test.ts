import assert from 'node:assert/strict';
import { chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { decodeProtectedHeader } from 'jose';
import { pino } from 'pino';
import { main } from '../../lib/cli/main.ts';
import { SessionDocuments } from '../../lib/enterprise/keycloak/session-documents.ts';
import { SettingsCipher } from '../../lib/enterprise/settings/settings-cipher.ts';
import { DocumentCipher } from '../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../lib/enterprise/tokens/encryption-keys.ts';
import { Secret } from '../../lib/oss/secret.ts';
import { markStore } from '../../lib/oss/storage/store-marker.ts';
import { Custody, ENCRYPTION_KEYS } from '../enterprise/tokens/custody.ts';
import { CliProcess } from './cli-process.ts';
import { besidesTheStore, RecordingTerminal } from './recording-terminal.ts';

const HOUR = 3_600_000;
const LIFETIME = 8 * HOUR;
const K1 = ENCRYPTION_KEYS;
const K2 = `k2:${Buffer.alloc(32, 2).toString('base64')}`;
const FOREIGN = `other:${Buffer.alloc(32, 3).toString('base64')}`;

const KEPT_BY_KEYCLOAK = {
  OPENHANDS_CONFIG_CLS: './lib/enterprise/keycloak/keycloak-server-config.ts#KeycloakServerConfig',
  KEYCLOAK_SERVER_URL: 'http://127.0.0.1:9',
  KEYCLOAK_REALM_NAME: 'openhands',
  KEYCLOAK_CLIENT_ID: 'openhands',
  KEYCLOAK_CLIENT_SECRET: 'x'.repeat(32),
  KEYCLOAK_TOKEN_CUSTODY: 'keycloak',
};

describe('openhands-express tokens', function () {
  this.timeout(600_000);
  let custody: Custody;
  let octocat: string;
  let hubot: string;

  beforeEach(async () => {
    custody = await Custody.set();
    octocat = custody.userId('octocat');
    hubot = custody.userId('hubot');
  });
  afterEach(() => custody.close());

  /** The environment of a server whose store and GitHub are those of the test. */
  function environment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      OPENHANDS_CONFIG_CLS: './lib/enterprise/saas-server-config.ts#SaasServerConfig',
      FILE_STORE_PATH: custody.folder,
      GITHUB_BASE_URL: custody.github.url,
      GITHUB_API_URL: custody.github.apiUrl,
      GITHUB_APP_CLIENT_ID: custody.github.app.clientId,
      GITHUB_APP_CLIENT_SECRET: custody.github.app.clientSecret,
      TOKEN_ENCRYPTION_KEYS: K1,
      COOKIE_SECRETS: 'x'.repeat(32),
      ...env,
    };
  }

  /** Runs the command in this process. */
  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const terminal = new RecordingTerminal(environment(env));
    const code = await main(['tokens', ...args], terminal);
    return soundly({ code, out: terminal.written, error: besidesTheStore(terminal.errors) });
  }

  /** Runs the command in a process of its own. */
  async function runProcess(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const cli = new CliProcess(['tokens', ...args], environment(env));
    const code = await cli.exitCode();
    return soundly({ code, out: cli.out, error: besidesTheStore(cli.error) });
  }

  function soundly<T extends { out: string; error: string }>(said: T): T {
    assert.doesNotMatch(said.out + said.error, /gh[ur]_|\n\s+at /);
    return said;
  }

  const managerWith = (keys: string) =>
    custody.manager({ encryption: new DocumentCipher(parseEncryptionKeys(keys)), timeoutMs: 60_000 });

  async function keyOf(path: string): Promise<string | undefined> {
    const { secret } = JSON.parse(await readFile(path, 'utf8')) as { secret: string };
    return decodeProtectedHeader(secret).kid;
  }

  /** Signs so many users in, with the ids from 1 on; all are octocat to GitHub. */
  async function signIn(users: number): Promise<string[]> {
    const manager = custody.manager();
    const ids = Array.from({ length: users }, (_, index) => String(index + 1));
    for (const id of ids) await manager.store(id, custody.issue('octocat'));
    return ids;
  }

  describe('list and show', () => {
    it('tell users, states and times, and never a token', async () => {
      const manager = custody.manager();
      const { expiresAt } = custody.issue('octocat');
      await manager.store('1', { ...custody.issue('octocat'), expiresAt: expiresAt! });
      const [accessToken, refreshToken] = [
        custody.issue('hubot').accessToken,
        custody.issue('hubot').refreshToken!,
      ];
      await manager.store('2', { accessToken });
      await manager.store('3', { accessToken, refreshToken, expiresAt: 1 });
      custody.github.tokens.revokeGrant('hubot');
      await assert.rejects(manager.token('3'));
      await manager.store('4', { ...custody.issue('octocat'), expiresAt: 1 });
      custody.github.faults.add({ on: '*', kind: 'status', status: 502 });
      await assert.rejects(manager.token('4'));
      await manager.store('5', custody.issue('octocat'));
      await manager.revoke('5');
      await managerWith(FOREIGN).store('6', custody.issue('octocat'));

      const [list, json, unreadable, failing] = await Promise.all([
        run(['list']),
        run(['list', '--json']),
        run(['show', '6']),
        run(['show', '4']),
      ]);
      assert.equal(list.code, 0);
      const rows = list.out
        .trim()
        .split('\n')
        .map((line) => line.split(/\s{2,}/));
      assert.deepEqual(rows.slice(1).sort(), [
        ['1', 'signed in', new Date(expiresAt!).toISOString()],
        ['2', 'signed in', 'never'],
        ['3', 'signed out'],
        ['4', 'refresh failing', '1970-01-01T00:00:00.001Z'],
        ['5', 'revoking'],
        ['6', 'unreadable'],
      ]);
      const objects = json.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.equal(objects.length, 6);
      const first = objects.find(({ github_user_id }) => github_user_id === '1');
      assert.deepEqual([first?.expires_at, first?.encryption_key], [expiresAt, 'k1']);
      assert.equal(unreadable.code, 0);
      assert.match(unreadable.out, /state +unreadable\nproblem +.*no key with the id "other" is configured/);
      assert.match(failing.out, /failed refreshes +1, next try /);
    });

    it('tell whose tokens Keycloak keeps, and whose are still here', async () => {
      const sessions = new SessionDocuments(custody.documents(), new DocumentCipher(parseEncryptionKeys(K1)));
      for (const id of ['1', '2', '3']) {
        const session = { sub: `sub-${id}`, sid: 'sid', refreshToken: new Secret('kept-secret'), beganAt: 1 };
        await sessions.begin(id, session, 1, () => Promise.resolve());
      }
      const manager = custody.manager();
      await manager.store('2', { accessToken: custody.issue('hubot').accessToken });
      await manager.store('3', { ...custody.issue('octocat'), expiresAt: 1 });
      custody.github.tokens.revokeGrant('octocat');
      await assert.rejects(manager.token('3'));

      const [list, json, shown, manages] = await Promise.all([
        run(['list'], KEPT_BY_KEYCLOAK),
        run(['list', '--json'], KEPT_BY_KEYCLOAK),
        run(['show', '1'], KEPT_BY_KEYCLOAK),
        run(['list'], { ...KEPT_BY_KEYCLOAK, KEYCLOAK_TOKEN_CUSTODY: 'manager' }),
      ]);
      const rowsOf = ({ out }: { out: string }) => out.trim().split(/\n/).slice(1).sort();
      assert.deepEqual(
        rowsOf(list).map((row) => row.split(/\s{2,}/)),
        [
          ['1', 'kept by Keycloak'],
          ['2', 'signed in', 'never'],
          ['3', 'kept by Keycloak'],
        ],
      );
      assert.match(json.out, /^\{"github_user_id":"1","state":"kept_elsewhere","keeper":"Keycloak",/m);
      assert.equal(shown.out, 'user                   1\nstate                  kept by Keycloak\n');
      assert.deepEqual(
        rowsOf(manages).map((row) => row.split(/\s{2,}/)[1]),
        ['signed in', 'signed out'],
      );
      for (const { out, error } of [list, json, shown])
        assert.doesNotMatch(out + error, /kept-secret|sub-|eyJ/);
    });

    it('say so when there is nothing', async () => {
      await markStore(custody.documents());
      assert.deepEqual(await runProcess(['list']), {
        code: 0,
        out: 'USER          STATE            EXPIRES\n',
        error: '',
      });
      const { code, error } = await runProcess(['show', '7']);
      assert.deepEqual([code, error], [1, 'Nothing is kept of the user 7.\n']);
    });
  });

  describe('revoke', () => {
    it('ends the sessions, deletes the tokens and gives the grant back', async () => {
      await custody.manager().store(octocat, custody.issue('octocat'));
      await custody.documents().write(`users/github/${octocat}/sessions.json`, { generation: 'g' });
      const { code, out } = await run(['revoke', octocat]);
      assert.deepEqual([code, out], [0, 'The user is signed out everywhere.\n']);
      assert.equal(await custody.documents().read(`users/github/${octocat}/sessions.json`), undefined);
      assert.equal(await custody.document('octocat'), undefined);
      assert.equal(custody.github.tokens.hasGrant('octocat'), false);
      assert.equal((await run(['revoke', octocat])).code, 1);
    });

    it('leaves to the servers what GitHub cannot do now', async () => {
      await custody.manager().store(octocat, custody.issue('octocat'));
      custody.github.faults.add({ on: '*', kind: 'reset' });
      const { code, out } = await run(['revoke', octocat]);
      assert.equal(code, 0);
      assert.match(out, /GitHub could not take the grant back now; the servers go on trying/);
      assert.equal(await custody.document('octocat'), undefined);
    });
  });

  describe('rotate', () => {
    it('encrypts tokens and revocations with the first key, so that the others can go', async () => {
      const manager = custody.manager();
      const tokens = custody.issue('octocat');
      await manager.store(octocat, tokens);
      await manager.store(hubot, custody.issue('hubot'));
      custody.github.faults.add({ on: '*', kind: 'reset' });
      await manager.revoke(hubot);
      const { code, out, error } = await run(['rotate'], { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` });
      assert.equal(code, 0, error);
      assert.equal(
        out,
        'Of 2 users, 2 had secrets under another key, or in the clear. All are under the first key now.\n',
      );
      assert.equal(error, 'Encrypting: 1 of 2\nEncrypting: 2 of 2\n');
      assert.equal(await keyOf(custody.path('octocat')), 'k2');
      assert.equal(await keyOf(`${custody.folder}/revocations/github/${hubot}.json`), 'k2');
      assert.ok((await managerWith(K2).token(octocat)).equals(tokens.accessToken));
      const again = await run(['rotate'], { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` });
      assert.match(again.out, /^Of 2 users, 0 had/);
    });

    it('encrypts the secrets in settings, those in the clear too, and keeps all else', async () => {
      const documents = custody.documents();
      const [plain, old, newer] = [
        `users/github/${octocat}/settings.json`,
        'users/github/7/settings.json',
        custody.path('hubot'),
      ];
      await documents.write(plain, {
        language: 'de',
        llm_api_key: 'sk-plain',
        github_token: '**********',
        theme: 1,
      });
      const cipher = new DocumentCipher(parseEncryptionKeys(K1));
      await documents.write(old, {
        llm_api_key: '',
        github_token: { jwe: await cipher.encrypt(old, { github_token: 'ghp_old' }) },
      });
      await custody.manager().store(hubot, custody.issue('hubot'));
      const token = JSON.parse(await readFile(newer, 'utf8')) as object;
      await writeFile(newer, JSON.stringify({ ...token, of_a_newer_version: true }));

      const env = { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` };
      const { code, out } = await run(['rotate'], env);
      assert.deepEqual(
        [code, out],
        [
          0,
          'Of 3 users, 3 had secrets under another key, or in the clear. All are under the first key now.\n',
        ],
      );
      const rotated = await documents.read(plain);
      assert.deepEqual(
        { ...rotated, llm_api_key: '' },
        { language: 'de', llm_api_key: '', github_token: '**********', theme: 1 },
      );
      const settings = new SettingsCipher(
        new DocumentCipher(parseEncryptionKeys(K2)),
        pino({ enabled: false }),
      );
      assert.equal((await settings.open(plain, rotated!)).llm_api_key, 'sk-plain');
      assert.equal((await settings.open(old, (await documents.read(old))!)).github_token, 'ghp_old');
      assert.ok((await readFile(newer, 'utf8')).includes('of_a_newer_version'));
      assert.match((await run(['rotate'], env)).out, /^Of 3 users, 0 had/);
      const listed = await run(['list'], env);
      assert.deepEqual(listed.out.trim().split('\n').length, 2, 'settings alone are no tokens');
    });

    it('can be stopped and run again, while a server refreshes the tokens', async () => {
      const ids = await signIn(120);
      custody.github.advance(LIFETIME);
      const env = { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` };
      const server = managerWith(env.TOKEN_ENCRYPTION_KEYS);
      const cli = new CliProcess(['tokens', 'rotate'], environment(env));
      await cli.hasSaid('of 120');
      cli.kill('SIGINT');
      const refreshed = Promise.all(ids.slice(0, 40).map((id) => server.token(id)));
      assert.equal(await cli.exitCode(), 130);
      assert.match(cli.out, /^Stopped\. Of \d+ users, .* \d+ users are left: run it again to go on\.\n$/);
      const { code, out } = await run(['rotate'], env);
      await refreshed;
      assert.equal(code, 0);
      assert.match(
        out,
        /^Of 120 users, \d+ had secrets under another key, or in the clear\. All are under the first key now/,
      );
      const after = managerWith(K2);
      for (const id of ids) assert.equal(custody.worksFor(await after.token(id)), 'octocat');
      assert.equal(custody.github.tokens.reusedRefreshTokens, 0);
      assert.equal(custody.github.calls.refreshes, 120);
    });

    it('leaves every file to the user to whom the folder belongs, also when root runs it', async () => {
      const [uid, gid] =
        process.geteuid?.() === 0 ? [65_534, 65_533] : [process.geteuid!(), process.getegid!()];
      await chown(custody.folder, uid, gid);
      await custody.manager().store(octocat, custody.issue('octocat'));
      const { code } = await run(['rotate'], { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` });
      assert.equal(code, 0);
      assert.equal(await keyOf(custody.path('octocat')), 'k2');
      const names = await readdir(custody.folder, { recursive: true });
      for (const name of names) {
        const found = await stat(join(custody.folder, name));
        assert.deepEqual([found.uid, found.gid], [uid, gid], name);
      }
    });

    it('says who is left under a key that is not configured', async () => {
      await custody.manager().store(octocat, custody.issue('octocat'));
      await managerWith(FOREIGN).store(hubot, custody.issue('hubot'));
      const { code, out, error } = await run(['rotate'], { TOKEN_ENCRYPTION_KEYS: `${K2},${K1}` });
      assert.equal(code, 1);
      assert.match(
        out,
        /1 had secrets under another key, or in the clear\. 1 could not be rewritten: keep the other keys/,
      );
      assert.match(error, new RegExp(`^${hubot} {2}cannot be decrypted`, 'm'));
      assert.equal(await keyOf(custody.path('octocat')), 'k2');
    });
  });

  describe('verify', () => {
    it('is content with documents that are sound', async () => {
      await signIn(3);
      const { code, out } = await run(['verify']);
      assert.deepEqual([code, out], [0, '4 documents were read. All are sound.\n'], 'the marker is one');
    });

    it('reports secrets in settings that cannot be decrypted', async () => {
      const key = `users/github/${octocat}/settings.json`;
      const cipher = new DocumentCipher(parseEncryptionKeys(FOREIGN));
      await custody
        .documents()
        .write(key, { llm_api_key: { jwe: await cipher.encrypt(key, { llm_api_key: 'sk-1' }) } });
      const { code, out } = await run(['verify']);
      assert.equal(code, 1);
      assert.match(out, new RegExp(`^unreadable {2}${key} cannot be decrypted: no key with the id "other"`));
      const shown = await run(['show', octocat]);
      assert.match(shown.out, /^settings +.*no key with the id "other"/m);
      assert.equal((await run(['rotate'])).code, 1);
    });

    it('reports what is damaged, forged or under an unknown key, each time, until it is removed', async () => {
      await signIn(2);
      await managerWith(FOREIGN).store(octocat, custody.issue('octocat'));
      await custody.manager().store(hubot, custody.issue('hubot'));
      await writeFile(custody.path('hubot'), '{"state": "signed_in", "secr');
      const forged = await custody.documents().read('users/github/1/github_token.json');
      await custody.documents().write('users/github/2/github_token.json', forged!);
      for (const documents of [4, 4]) {
        const { code, out } = await run(['verify']);
        assert.equal(code, 1);
        const lines = out.trim().split('\n').sort();
        assert.equal(lines.length, 4);
        assert.match(lines[0]!, new RegExp(`^${documents} documents were read\\. 3 are not sound\\.`));
        assert.match(lines[1]!, new RegExp(`^damaged +users/github/${hubot}/github_token\\.json\\.corrupt-`));
        assert.match(lines[2]!, /^unreadable +users\/github\/2\/.*written for another place/);
        assert.match(
          lines[3]!,
          new RegExp(`^unreadable +users/github/${octocat}/.*no key with the id "other"`),
        );
      }
    });
  });

  it('says what is wrong with a call', async () => {
    for (const args of [
      [],
      ['lost'],
      ['show'],
      ['show', 'octocat'],
      ['rotate', '1'],
      ['rotate', '--json'],
      ['-x'],
    ]) {
      const terminal = new RecordingTerminal();
      assert.equal(await main(['tokens', ...args], terminal), 2, args.join(' '));
      assert.match(terminal.errors, /openhands-express tokens --help tells more\./);
    }
  });

  it('says what is wrong with where it was called, in a line or two', async () => {
    const oss = await run(['list'], { OPENHANDS_CONFIG_CLS: './lib/oss/server-config.ts#ServerConfig' });
    assert.equal(oss.code, 1);
    assert.match(oss.error, /^This edition keeps no tokens of users: set OPENHANDS_CONFIG_CLS .*\n$/);
    const file = `${custody.folder}/a-file`;
    await writeFile(file, '');
    const noFolder = await run(['verify'], { FILE_STORE_PATH: file });
    assert.equal(noFolder.code, 1);
    assert.match(noFolder.error, /^FILE_STORE_PATH: .*remove it.*\n$/);
  });

  it('takes no wrong folder for a store without users, and leaves nothing there', async () => {
    await signIn(1);
    await mkdir(join(custody.folder, '~elsewhere/empty'), { recursive: true });
    await mkdir(join(custody.folder, '~elsewhere/project/src'), { recursive: true });
    await writeFile(join(custody.folder, '~elsewhere/project/settings.json'), '{}');
    await mkdir(join(custody.folder, '~elsewhere/around/store/users/github/1'), { recursive: true });
    const before = await readdir(custody.folder, { recursive: true });
    const wrong: [string, RegExp][] = [
      ['~elsewhere/missing', /There is no store in .*missing: no server has kept anything there\.\n$/],
      ['~elsewhere/empty', /There is no store in/],
      ['~elsewhere/project', /There is no store in/],
      ['~elsewhere/around', /around is no store, but .*around\/store in it is one\. Name that one/],
      ['users', new RegExp(`lies inside the store .*${basename(custody.folder)}\\. Name that one\\.`)],
      ['users/github', /lies inside the store/],
      ['users/github/1', /lies inside the store/],
      ['~locks', /lies inside the store/],
    ];
    for (const [folder, expected] of wrong) {
      for (const action of ['list', 'verify', 'rotate']) {
        const { code, out, error } = await run([action], { FILE_STORE_PATH: join(custody.folder, folder) });
        assert.deepEqual([code, out], [1, ''], `${action} in ${folder}`);
        assert.match(error, /^FILE_STORE_PATH: /);
        assert.match(error, expected);
      }
    }
    assert.deepEqual(await readdir(custody.folder, { recursive: true }), before);
    assert.equal((await run(['verify'])).code, 0);
  });
});

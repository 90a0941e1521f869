import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import type { Terminal } from '../../../lib/cli/command.ts';
import { main } from '../../../lib/cli/main.ts';
import { PostgresStore } from '../../../lib/enterprise/storage/postgres-store.ts';
import type { DocumentStore } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { STORE_MARKER } from '../../../lib/oss/storage/store-marker.ts';
import { besidesTheStore } from '../../cli/recording-terminal.ts';
import { keysOf } from '../../oss/storage/document-store.contract.ts';
import { newDatabase, silent } from '../databases.ts';
import { engines } from '../engines.ts';
import { SharedSite } from '../integration/site.ts';

describe('openhands-express store copy', () => {
  let folder: string;
  let files: JsonFileStore;
  let database: PostgresStore;
  let env: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-copy-'));
    files = new JsonFileStore({ path: folder, log: silent });
    const url = await newDatabase(engines().postgres);
    database = new PostgresStore({ url, log: silent });
    env = { DATABASE_URL: url.reveal() };
  });
  afterEach(async () => {
    await Promise.all([files.close(), database.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function run(args: string[] = [], terminal: Partial<Terminal> = {}) {
    const out: string[] = [];
    const error: string[] = [];
    const code = await main(['store', 'copy', '--from', `file:${folder}`, ...args], {
      env,
      out: (text) => void out.push(text),
      error: (text) => void error.push(text),
      ...terminal,
    });
    return { code, out: out.join('\n'), error: besidesTheStore(error.join('\n')) };
  }

  async function contentOf(store: DocumentStore): Promise<Record<string, unknown>> {
    const content: Record<string, unknown> = {};
    for (const key of await keysOf(store, '')) if (key !== STORE_MARKER) content[key] = await store.read(key);
    return content;
  }

  const SAME = (count: number) =>
    `${count} the same, 0 copied, 0 deleted, 0 newer in the database, 0 changed on both sides`;

  it('copies all documents, shows how far it is, and has nothing to do the next time', async () => {
    for (let n = 0; n < 40; n += 1) await files.write(`users/github/${n}/settings.json`, { n });
    const before = await run(['--verify']);
    assert.equal(before.code, 1);
    assert.match(before.out, /^0 the same, 40 to be copied,/);
    assert.deepEqual(await contentOf(database), {}, '--verify copies nothing');

    const first = await run();
    assert.equal(first.code, 0);
    assert.match(first.out, /^0 the same, 40 copied, 0 deleted,/);
    assert.match(first.error, /^Copying: 4 of 40\n.*Copying: 40 of 40$/s);
    assert.deepEqual(await contentOf(database), await contentOf(files));

    assert.equal((await run()).out, SAME(40));
    assert.deepEqual(await run(['--verify']).then(({ code }) => code), 0);
  });

  it('takes the database as an argument as well', async () => {
    await files.write('a.json', {});
    const { DATABASE_URL } = env;
    env = {};
    assert.equal((await run(['--to', DATABASE_URL!])).code, 0);
    assert.deepEqual(await contentOf(database), { 'a.json': {} });
  });

  it('copies what has changed since, and deletes what has gone since only when that is asked for', async () => {
    for (const name of ['changed', 'gone', 'same']) await files.write(`${name}.json`, { n: 1 });
    await run();
    await files.write('changed.json', { n: 2 });
    await files.delete('gone.json');
    for (const args of [['--verify'], [], ['--verify']]) {
      const { code, out } = await run(args);
      assert.equal(code, 1);
      assert.match(
        out,
        /^[12] the same, [01] (to be )?copied, 0 (to be )?deleted, 0 newer.*\n1 that were copied are missing in \S+, and kept in the database: --delete-missing deletes them\.$/,
      );
    }
    assert.deepEqual(Object.keys(await contentOf(database)), ['changed.json', 'gone.json', 'same.json']);
    assert.deepEqual(await run(['--delete-missing', '--verify']).then(({ code }) => code), 1);
    const { code, out, error } = await run(['--delete-missing']);
    assert.equal(code, 0);
    assert.match(out, /^2 the same, 0 copied, 1 deleted, 0 newer/);
    assert.match(error, /Copying: 3 of 3$/);
    assert.deepEqual(await contentOf(database), { 'changed.json': { n: 2 }, 'same.json': { n: 1 } });
    assert.equal((await run(['--verify'])).code, 0);
  });

  it('keeps what a server on the database has changed or deleted since: there it is newer', async () => {
    for (const name of ['refreshed', 'logged-out']) await files.write(`${name}.json`, { pair: 1 });
    await run();
    await database.write('refreshed.json', { pair: 2 });
    await database.delete('logged-out.json');
    for (let time = 1; time <= 2; time += 1) {
      assert.deepEqual(await run(), {
        code: 0,
        out: '0 the same, 0 copied, 0 deleted, 2 newer in the database, 0 changed on both sides',
        error: 'Copying: 1 of 2\nCopying: 2 of 2',
      });
    }
    assert.deepEqual(await contentOf(database), { 'refreshed.json': { pair: 2 } });
  });

  it('reports what both sides have changed, and keeps what the database has', async () => {
    await files.write('a.json', { pair: 1 });
    await run();
    await files.write('a.json', { pair: 'of the files' });
    await database.write('a.json', { pair: 'of the database' });
    await files.write('never-copied.json', { by: 'the files' });
    await database.write('never-copied.json', { by: 'the database' });
    const { code, out } = await run();
    assert.equal(code, 1);
    assert.match(out, /changed on both sides, kept in the database: a\.json/);
    assert.match(out, /2 changed on both sides$/);
    assert.deepEqual(await database.read('a.json'), { pair: 'of the database' });
    assert.deepEqual(await files.read('a.json'), { pair: 'of the files' });
  });

  it('loses nothing while servers change, add and delete documents on the other side of it', async () => {
    const server = new JsonFileStore({ path: folder, log: silent });
    let running = true;
    let writes = 0;
    const work = async (user: number) => {
      for (let n = 0; running; n += 1) {
        const key = `users/github/${user}/${n % 5}.json`;
        await server.withLock(key, async () => {
          if (n % 7 === 6) await server.delete(key);
          else await server.write(key, { user, n, before: await server.read(key).then((it) => it?.n) });
        });
        writes += 1;
      }
    };
    await server.write('first.json', {});
    const working = Promise.all(Array.from({ length: 4 }, (_, user) => work(user)));
    for (let time = 0; time < 4; time += 1) {
      // Of few documents, most may be deleted at the moment.
      const { code, error } = await run(['--delete-missing', '--accept-missing', '20']);
      assert.equal(code, 0, error);
    }
    running = false;
    await working;
    await server.close();
    assert.ok(writes > 50, `only ${writes} writes: the test shows nothing`);
    assert.equal((await run(['--delete-missing', '--accept-missing', '20'])).code, 0);
    assert.deepEqual(await contentOf(database), await contentOf(files));
    assert.equal((await run(['--verify'])).code, 0);
  });

  it('ends between two documents when it is asked to, and goes on the next time', async () => {
    for (let n = 0; n < 100; n += 1) await files.write(`${n}.json`, { n });
    const interruption = new AbortController();
    const error = (text: string) => {
      if (text.startsWith('Copying')) interruption.abort();
    };
    const { code } = await run([], { error, interruption: () => interruption.signal });
    assert.equal(code, 130);
    const done = Object.keys(await contentOf(database)).length;
    assert.ok(done >= 10 && done < 100, String(done));
    assert.equal((await run()).code, 0);
    assert.deepEqual(await contentOf(database), await contentOf(files));
  });

  it('leaves keys where they are, and says where they belong', async () => {
    await files.write('cookie_secrets.json', { secrets: ['not for the database'] });
    await files.write('token_encryption_keys.json', { keys: 'k1:not-for-the-database' });
    const { out } = await run();
    assert.deepEqual(await contentOf(database), {});
    assert.match(out, /cookie_secrets\.json is not copied: set COOKIE_SECRETS to what is in it/);
    assert.match(out, /token_encryption_keys\.json is not copied: set TOKEN_ENCRYPTION_KEYS to/);
    assert.doesNotMatch(out, /not.for.the.database/);
    env = { ...env, COOKIE_SECRETS: 'set', TOKEN_ENCRYPTION_KEYS: 'set' };
    assert.doesNotMatch((await run()).out, /is not copied/);
  });

  it('says what is wrong with how it was called', async () => {
    const cases: [string[], RegExp][] = [
      [['store'], /What to do\?/],
      [['store', 'move'], /There is no "move"/],
      [['store', 'copy'], /--from takes file:<folder>/],
      [['store', 'copy', '--from', 'file:/does/not/exist'], /There is no folder \/does\/not\/exist/],
      [['store', 'copy', '--from', `file:${folder}`, '--to', 'file:/tmp'], /--to takes postgres:/],
      [
        ['store', 'copy', '--from', `file:${folder}`, '--accept-missing', 'all'],
        /--accept-missing takes a number/,
      ],
    ];
    for (const [args, expected] of cases) {
      const said: string[] = [];
      const say = (text: string) => void said.push(text);
      assert.equal(await main(args, { env, out: say, error: say }), 2);
      assert.match(said.join('\n'), expected);
    }
  });

  it('refuses a database without tables', async () => {
    await files.write('a.json', {});
    env = { DATABASE_URL: await engines().postgres.newDatabase() };
    const { code, error } = await run();
    assert.equal(code, 1);
    assert.match(error, /Run: npx openhands-express migrate$/);
  });

  it('moves a server with its users: who was signed in stays so, and their tokens work', async () => {
    const site = await SharedSite.open(engines().postgres);
    try {
      const alone = { DATABASE_URL: undefined, COOKIE_SECRETS: undefined, TOKEN_ENCRYPTION_KEYS: undefined };
      const old = site.start({ ...alone, FILE_STORE_PATH: folder });
      const { browser, cookie } = await site.signIn(await old.url());
      await browser.post('/api/settings').send({ language: 'de' }).expect(200);
      env = { DATABASE_URL: site.env.DATABASE_URL! };
      assert.equal((await run()).code, 0);
      await browser.post('/api/settings').send({ language: 'fr' }).expect(200);
      await old.end('SIGTERM');
      assert.equal((await run()).code, 0);

      const { secrets } = (await files.read('cookie_secrets.json')) as { secrets: string[] };
      const { keys } = (await files.read('token_encryption_keys.json')) as { keys: string };
      const url = await site.start({ COOKIE_SECRETS: secrets.join(','), TOKEN_ENCRYPTION_KEYS: keys }).url();
      const settings = await request(url).get('/api/settings').set('Cookie', cookie).expect(200);
      assert.equal((settings.body as { language: string }).language, 'fr');
      await request(url).get('/api/github/user').set('Cookie', cookie).expect(200);
    } finally {
      await site.close();
    }
  });
});

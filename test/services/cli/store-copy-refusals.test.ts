/** What `store copy` takes for a mistake: nothing is deleted, and nothing copied, from what is not the store it was. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../../lib/cli/main.ts';
import { PostgresStore } from '../../../lib/enterprise/storage/postgres-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { asStoreMarker, markStore, STORE_MARKER } from '../../../lib/oss/storage/store-marker.ts';
import { besidesTheStore, RecordingTerminal } from '../../cli/recording-terminal.ts';
import { keysOf } from '../../oss/storage/document-store.contract.ts';
import { newDatabase, silent } from '../databases.ts';
import { engines } from '../engines.ts';

const USERS = 50;

describe('openhands-express store copy refuses', () => {
  let folder: string;
  let path: string;
  let files: JsonFileStore;
  let database: PostgresStore;
  let name: string;
  let url: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'store-copy-'));
    path = join(folder, 'store');
    files = new JsonFileStore({ path, log: silent });
    const secret = await newDatabase(engines().postgres);
    url = secret.reveal();
    name = new URL(url).pathname.slice(1);
    database = new PostgresStore({ url: secret, log: silent });
    for (let n = 1; n <= USERS; n += 1) await files.write(`users/github/${n}/settings.json`, { n });
  });
  afterEach(async () => {
    await Promise.all([files.close(), database.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function run(from = path, ...args: string[]) {
    const terminal = new RecordingTerminal({ DATABASE_URL: url });
    const code = await main(['store', 'copy', '--from', `file:${from}`, ...args], terminal);
    return { code, out: terminal.written, error: besidesTheStore(terminal.errors) };
  }

  /** Copies with the flag, and expects one line, and that the database has all that it had. */
  async function refuses(from: string, expected: RegExp, ...args: string[]): Promise<void> {
    const before = await keysOf(database, '');
    for (const flags of [[], ['--verify'], ['--delete-missing']]) {
      const { code, out, error } = await run(from, ...flags, ...args);
      assert.deepEqual([code, out], [1, ''], `${from} ${flags.join()}`);
      assert.match(error, /^[^\n]+\n$/);
      assert.match(error, expected);
    }
    assert.deepEqual(await keysOf(database, ''), before);
  }

  const users = async () => (await keysOf(database, 'users/')).length;

  it('a folder that is no store any more: the volume is not mounted, or its files were tidied away', async () => {
    assert.equal((await run()).code, 0);
    await rename(path, join(folder, '~away'));
    await mkdir(path);
    await refuses(path, /There is no store in .*store: no server has kept anything there/);
    assert.deepEqual(await readdir(path), [], 'it leaves nothing there');
    await rm(path, { recursive: true });
    assert.equal((await run()).code, 2);
    await rename(join(folder, '~away'), path);
    assert.equal((await run(path, '--delete-missing')).code, 0);
    assert.equal(await users(), USERS);
  });

  it('a store that lacks most of what was copied, until that is said to be right', async () => {
    assert.equal((await run()).code, 0);
    for (let n = 1; n <= 26; n += 1) await files.delete(`users/github/${n}/settings.json`);
    await refuses(
      path,
      /lacks 26 of the 50 documents that were copied from it.* add --accept-missing 26\.$/m,
    );
    await refuses(path, /lacks 26 of the 50/, '--accept-missing', '25');
    assert.equal((await run(path, '--accept-missing', '26')).code, 1);
    assert.equal(await users(), USERS, 'that alone deletes nothing');
    const { code, out } = await run(path, '--accept-missing', '26', '--delete-missing');
    assert.equal(code, 0);
    assert.match(out, /^24 the same, 0 copied, 26 deleted,/);
    assert.equal(await users(), 24);
  });

  it('a store whose users are on a volume of their own that is not mounted', async () => {
    await files.write('cookie_secrets.json', { secrets: [] });
    assert.equal((await run()).code, 0);
    await rm(join(path, 'users'), { recursive: true });
    await mkdir(join(path, 'users'));
    await refuses(path, /lacks 50 of the 50 documents/);
  });

  it('a store that is empty', async () => {
    const empty = new JsonFileStore({ path: join(folder, 'empty'), log: silent });
    await markStore(empty);
    await empty.close();
    await refuses(join(folder, 'empty'), /^--from: the store in .*empty is empty\.$/m);
  });

  it('the folder around a store, and every folder inside one', async () => {
    assert.equal((await run()).code, 0);
    await refuses(folder, /is no store, but .*store in it is one/);
    for (const inside of ['users', 'users/github', 'users/github/1', '~tmp']) {
      await refuses(join(path, inside), /lies inside the store .*store\. Name that one/);
    }
    assert.deepEqual((await readdir(folder)).sort(), ['store']);
    assert.deepEqual(await readdir(join(path, 'users')), ['github']);
  });

  it('the folder around a store even where an older version has copied from it, and below it', async () => {
    await files.check();
    const around = new JsonFileStore({ path: folder, log: silent });
    await around.check();
    await refuses(folder, /is no store, but .*store in it is one/);
    const below = new JsonFileStore({ path: join(path, 'users'), log: silent });
    await below.check();
    await refuses(join(path, 'users'), /lies inside the store/);
    await Promise.all([around.close(), below.close()]);
  });

  it('a store with another one in it', async () => {
    const other = new JsonFileStore({ path: join(path, 'other'), log: silent });
    await other.write('users/github/1/settings.json', {});
    await markStore(other);
    await other.close();
    await refuses(path, /has another store in it: move other out of it\.$/m);
  });

  it('another store than the one that was copied', async () => {
    assert.equal((await run()).code, 0);
    const other = new JsonFileStore({ path: join(folder, 'other'), log: silent });
    await other.write('users/github/1/settings.json', { n: 'another' });
    await refuses(
      join(folder, 'other'),
      /is a store without a marker, but the database has what was copied from/,
    );
    await markStore(other);
    await refuses(
      join(folder, 'other'),
      /is the store [\da-f-]{36}, but the database has what was copied from the store/,
    );
    await other.close();
    assert.deepEqual(await database.read('users/github/1/settings.json'), { n: 1 });
  });

  it('a store of another GitHub App than the database’s', async () => {
    await markStore(files, { github_app_client_id: 'app-of-the-files' });
    await markStore(database, { github_app_client_id: 'app-of-the-database' });
    await database.write('users/github/7/github_token.json', { state: 'signed_out', at: 1 });
    await refuses(
      path,
      /belongs to the GitHub App app-of-the-files, and the database to app-of-the-database/,
    );
    // As docs/operations/files.md says it.
    await engines().postgres.run(
      name,
      `UPDATE openhands_documents SET document = (document::jsonb - 'github_app_client_id')::text WHERE key = '${STORE_MARKER}'`,
    );
    assert.equal((await run()).code, 0);
    assert.equal(asStoreMarker(await database.read(STORE_MARKER))?.github_app_client_id, 'app-of-the-files');
  });

  it('nothing of another GitHub App when the one of the database has no tokens there: its ID was a mistake', async () => {
    await markStore(files, { github_app_client_id: 'app-of-the-files' });
    const { store_id } = await markStore(database, { github_app_client_id: 'mistake' });
    assert.equal((await run(path, '--verify')).code, 1);
    assert.equal(asStoreMarker(await database.read(STORE_MARKER))?.github_app_client_id, 'mistake');
    assert.equal((await run()).code, 0);
    const marker = asStoreMarker(await database.read(STORE_MARKER));
    assert.deepEqual(marker, {
      store_id,
      github_app_client_id: 'app-of-the-files',
      copied_from: (await markStore(files)).store_id,
    });
  });

  it('a database that lacks most of what was copied into it, and says how to have it copied again', async () => {
    assert.equal((await run()).code, 0);
    await engines().postgres.run(name, "DELETE FROM openhands_documents WHERE key LIKE 'users/%'");
    await refuses(path, /^--to: the database lacks 50 of the 50 documents .*DELETE FROM openhands_copied/);
    assert.match(
      (await run(path, '--accept-missing', '50')).out,
      /^0 the same, 0 copied, 0 deleted, 50 newer/,
    );
    await engines().postgres.run(name, 'DELETE FROM openhands_copied');
    assert.match((await run()).out, /^0 the same, 50 copied,/);
    assert.equal(await users(), USERS);
  });

  it('to delete anything when the store goes away in the middle of it', async () => {
    assert.equal((await run()).code, 0);
    for (let n = 1; n <= 20; n += 1) await files.delete(`users/github/${n}/settings.json`);
    const said: string[] = [];
    const code = await main(['store', 'copy', '--from', `file:${path}`, '--delete-missing'], {
      env: { DATABASE_URL: url },
      out: (text) => void said.push(text),
      error: (text) => {
        said.push(text);
        if (text !== 'Copying: 5 of 50') return;
        renameSync(path, join(folder, '~away'));
        mkdirSync(path);
      },
    });
    assert.equal(code, 1);
    assert.match(
      said.at(-1)!,
      /^The server cannot reach its store .*store is not the store any more that was opened\./,
    );
    assert.doesNotMatch(said.at(-1)!, /\n/);
    assert.equal(await users(), USERS);
  });

  it('nothing of a store that an older version has made: it gets its marker, and the database remembers it', async () => {
    assert.equal(await files.read(STORE_MARKER), undefined);
    assert.equal((await run(path, '--verify')).code, 1);
    assert.equal(await files.read(STORE_MARKER), undefined, '--verify changes nothing');
    assert.equal((await run()).code, 0);
    const id = asStoreMarker(await files.read(STORE_MARKER))?.store_id;
    const marker = asStoreMarker(await database.read(STORE_MARKER));
    assert.ok(id !== undefined && marker !== undefined);
    assert.equal(marker.copied_from, id);
    assert.notEqual(marker.store_id, id);
    assert.equal((await run(path, '--delete-missing')).code, 0);
  });
});

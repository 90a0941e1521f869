/** A store that goes away while it is used, and one that somebody removes: told apart by what is left. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { markStore, STORE_MARKER } from '../../../lib/oss/storage/store-marker.ts';
import { keysOf, setAsideIn } from './document-store.contract.ts';
import { mounting } from './mounted-alone.ts';
import { startStoreProcess } from './store-process.ts';

describe('A file store that was opened', () => {
  let folder: string;
  let stores: JsonFileStore[];
  let said: string[];

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'store-presence-')));
    stores = [];
    said = [];
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await rm(folder, { recursive: true, force: true });
  });

  const at = (...names: string[]) => join(folder, ...names);
  const path = () => at('store');

  function open(where = path()): JsonFileStore {
    const log = pino(
      { level: 'info' },
      { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) },
    );
    const store = new JsonFileStore({ path: where, log });
    stores.push(store);
    return store;
  }

  /** One that a server has open. */
  async function opened(where = path()): Promise<JsonFileStore> {
    const store = open(where);
    await store.verify();
    await markStore(store);
    return store;
  }

  /** What is left where a volume was mounted: another folder, an empty one. */
  async function unmount(): Promise<void> {
    await rename(path(), at('~volume'));
    await mkdir(path());
  }

  async function mountAgain(): Promise<void> {
    await rm(path(), { recursive: true });
    await rename(at('~volume'), path());
  }

  /** All that can be done to a store, by name. */
  const uses = (store: JsonFileStore): [string, () => Promise<unknown>][] => [
    ['read', () => store.read('users/github/1/github_token.json')],
    ['read what was never there', () => store.read('users/github/2/github_token.json')],
    ['write', () => store.write('users/github/1/settings.json', {})],
    ['delete', () => store.delete('users/github/1/github_token.json')],
    ['lock', () => store.withLock('users/github/1/github_token.json', () => Promise.resolve())],
    ['list', () => keysOf(store, '')],
    ['list below', () => keysOf(store, 'users/github/')],
    ['list what is set aside', () => setAsideIn(store, '')],
    ['check', () => store.check()],
  ];

  async function isAway(store: JsonFileStore, expected: RegExp, but: readonly string[] = []): Promise<void> {
    for (const [what, use] of uses(store)) {
      if (but.includes(what)) continue;
      await assert.rejects(
        use(),
        (error) => {
          assert.ok(error instanceof StorageError, what);
          assert.deepEqual([error.status, error.code], [503, 'storage_unavailable'], what);
          assert.match((error.cause as Error).message, expected, what);
          return true;
        },
        what,
      );
    }
  }

  it('is away when its volume is, whatever is asked, and all is as before when that is back', async () => {
    const several = [await opened(), await opened(), await opened()];
    await several[0]!.write('users/github/1/github_token.json', { kept: true });
    for (let times = 0; times < 3; times += 1) {
      await unmount();
      await Promise.all(
        several.map((store) =>
          isAway(store, /store is not the store any more .* Is its volume mounted\? Put it back/),
        ),
      );
      assert.deepEqual(await readdir(path()), [], 'nothing was made in the mount point');
      await mountAgain();
      for (const store of several) {
        assert.deepEqual(await store.read('users/github/1/github_token.json'), { kept: true });
        for (const [, use] of uses(store).filter(([what]) => what !== 'delete')) await use();
      }
    }
    assert.equal(said.filter((line) => line === 'The store is away').length, 9, 'one line each time');
    assert.equal(said.filter((line) => line === 'The store is back').length, 9);
  });

  it('is away also to who has only read its marker, and leaves nothing in the mount point', async () => {
    await opened();
    for (const [what] of uses(open())) {
      const reader = open();
      await reader.read(STORE_MARKER);
      await unmount();
      const use = uses(reader).find(([name]) => name === what)![1];
      await assert.rejects(use(), { code: 'storage_unavailable' }, what);
      assert.deepEqual(await readdir(path()), [], what);
      await mountAgain();
    }
  });

  it('is away when another one was begun in its place, which stays as it is', async () => {
    const store = await opened();
    await store.write('users/github/1/github_token.json', {});
    await rename(path(), at('~volume'));
    const other = await opened();
    const before = await readdir(path(), { recursive: true });
    await isAway(store, /has another store than the one that was opened, [\da-f-]{36}\. Put that one back/);
    assert.deepEqual(await readdir(path(), { recursive: true }), before);
    await rm(path(), { recursive: true });
    await rename(at('~volume'), path());
    assert.deepEqual(await store.read('users/github/1/github_token.json'), {});
    // What is there is read; but nothing is missed, and nothing changed.
    await isAway(other, /has another store than the one that was opened/, ['read']);
  });

  it('is the same when a copy of it takes its place, as when it was restored', async () => {
    const store = await opened();
    await store.write('a.json', { n: 1 });
    await cp(path(), at('~backup'), { recursive: true });
    await store.write('a.json', { n: 2 });
    await rename(path(), at('~before'));
    await rename(at('~backup'), path());
    assert.equal(await store.read('b.json'), undefined);
    assert.deepEqual(await store.read('a.json'), { n: 1 });
    await store.write('a.json', { n: 3 });
  });

  it('goes on without its marker when only that was deleted', async () => {
    const store = await opened();
    await store.write('a.json', {});
    await rm(join(path(), STORE_MARKER));
    for (const [, use] of uses(store)) await use();
    await assert.rejects(readFile(join(path(), STORE_MARKER)), { code: 'ENOENT' });
  });

  for (const [what, remove] of [
    ['removed', () => rm(path(), { recursive: true })],
    ['removed with the folder around it', () => rm(at('.'), { recursive: true })],
    [
      'emptied',
      async () => {
        for (const name of await readdir(path()))
          await rm(join(path(), name), { recursive: true, force: true });
      },
    ],
  ] as const) {
    it(`is made anew when somebody has ${what} its folder, by several at once, and keeps its marker`, async () => {
      const several = [await opened(), await opened(), await opened()];
      const marker = await markStore(several[0]!);
      for (let times = 0; times < 10; times += 1) {
        await remove();
        await Promise.all(
          Array.from({ length: 30 }, async (_, n) => {
            const store = several[n % several.length]!;
            const key = `users/github/${n}/a.json`;
            assert.equal(await store.read(key), undefined);
            if (n % 2 === 0) await store.write(key, {});
            else await store.withLock(key, () => store.check());
            await store.delete(key);
          }),
        );
        assert.deepEqual(await markStore(several[times % several.length]!), marker);
      }
      assert.deepEqual((await readdir(path())).sort(), [STORE_MARKER, 'users', '~locks', '~tmp'].sort());
      assert.ok(
        said.every((line) => line === 'The store folder was removed while this process ran; it is made anew'),
      );
    });
  }

  it('is found behind a link, and made anew where the link leads', async () => {
    await mkdir(at('real'));
    await symlink(at('real'), at('link'));
    const store = await opened(at('link'));
    await store.write('a.json', { n: 1 });
    await rm(at('real'), { recursive: true });
    await store.write('a.json', { n: 2 });
    assert.deepEqual(JSON.parse(await readFile(at('real/a.json'), 'utf8')), { n: 2 });
  });

  it('is away when a file system is unmounted in earnest, its mount point removed, and back when it is mounted again', async () => {
    await mkdir(at('mnt'));
    const command = mounting(at('image'), at('mnt'));
    if (command === undefined) return;
    await mkdir(at('image'));
    for (const where of ['mnt', 'mnt/store']) {
      const { exited, said: told } = await startStoreProcess(at(where), 'useUnmounted', [
        'env',
        `VOLUME=${at('image')}`,
        `MOUNT_POINT=${at('mnt')}`,
        ...command,
      ]);
      await exited;
      assert.deepEqual(JSON.parse(told()), ['{"kept":true}', 'away', 'away', 'away', '{"kept":true}'], where);
      await rm(at('mnt'), { recursive: true, force: true });
      await mkdir(at('mnt'));
      await rm(at('image'), { recursive: true });
      await mkdir(at('image'));
    }
  });
});

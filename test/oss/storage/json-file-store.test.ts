import assert from 'node:assert/strict';
import {
  chmod,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { LockTimeoutError } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { ProcessIdentity } from '../../../lib/oss/storage/process-identity.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { ENCODINGS } from '../../text-encodings.ts';
import { documentStoreContract, keysOf, setAsideIn } from './document-store.contract.ts';
import { startStoreProcess } from './store-process.ts';

describe('JsonFileStore', () => {
  let folder: string;
  let logged: string[];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const open = (options = {}) => new JsonFileStore({ path: join(folder, 'store'), log, ...options });
  const path = (...names: string[]) => join(folder, 'store', ...names);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'json-file-store-'));
    logged = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  documentStoreContract(() => Promise.resolve({ open, remove: () => Promise.resolve() }));

  const startChild = (task: string, wrap?: [string, ...string[]]) => startStoreProcess(path(), task, wrap);

  it('makes folders that only their owner can enter, and files that only their owner can read', async () => {
    await open().write('users/github/1/settings.json', {});
    for (const name of ['', 'users', 'users/github', 'users/github/1', '~tmp', '~locks']) {
      assert.equal((await stat(path(name))).mode & 0o777, 0o700, name);
    }
    assert.equal((await stat(path('users/github/1/settings.json'))).mode & 0o777, 0o600);
  });

  it('leaves nothing behind but the document', async () => {
    const store = open();
    await store.withLock('a.json', () => store.write('a.json', {}));
    await store.check();
    assert.deepEqual(await readdir(path('~tmp')), []);
    assert.deepEqual(await readdir(path('~locks')), []);
  });

  for (const [what, text] of [
    ['truncated', '{"github_token": "ghp_very'],
    ['empty', ''],
    ['not an object', '[1]'],
  ] as const) {
    it(`sets a document aside that is ${what}, and reports where it is but not what is in it`, async () => {
      const store = open();
      await store.write('settings.json', {});
      await writeFile(path('settings.json'), text);
      assert.equal(await store.read('settings.json'), undefined);
      const aside = (await readdir(path())).filter((name) => name.startsWith('settings.json.corrupt-'));
      assert.equal(aside.length, 1);
      assert.equal(await readFile(path(aside[0]!), 'utf8'), text);
      assert.match(logged.join(''), /"level":50.*set aside/);
      assert.doesNotMatch(logged.join(''), /ghp_very/);
      assert.deepEqual(await keysOf(store, ''), []);
      assert.deepEqual(await setAsideIn(store, 'settings'), aside);
      assert.deepEqual(await setAsideIn(store, 'users/'), []);
      await store.write('settings.json', { again: true });
      assert.deepEqual(await store.read('settings.json'), { again: true });
    });
  }

  for (const [name, encode] of ENCODINGS) {
    it(`reads a document that a person has saved as ${name}`, async () => {
      const store = open();
      await store.write('a.json', {});
      await writeFile(path('a.json'), encode('{"language": "żółw"}\r\n'));
      assert.deepEqual(await store.read('a.json'), { language: 'żółw' });
      assert.deepEqual(await setAsideIn(store, ''), []);
    });
  }

  it('does not take a document for damaged because it cannot be read', async () => {
    const store = open();
    await store.write('a.json', {});
    await mkdir(path('b.json'));
    await assert.rejects(store.read('b.json'), {
      name: 'StorageError',
      code: 'storage_unavailable',
      status: 503,
    });
  });

  it('has a whole document after each of many kills in the middle of writing, and cleans up after the killed', async function () {
    this.timeout(600_000);
    let leftovers = 0;
    // Where the disk is fast, a kill may hit no write for many rounds.
    for (let round = 0; round < 8 || (leftovers === 0 && round < 50); round += 1) {
      const { child, exited } = await startChild('write');
      await delay(Math.random() * 30);
      child.kill('SIGKILL');
      await exited;
      leftovers += (await readdir(path('~tmp'))).length;
      const store = open();
      const document = (await store.read('a.json')) as { n: number; filler: string };
      assert.equal(document.filler.length, 200_000);
      await store.write('b.json', {});
      assert.deepEqual(await readdir(path('~tmp')), []);
    }
    assert.ok(leftovers > 0, 'no kill hit a write: the test shows nothing');
    assert.deepEqual(
      logged.filter((line) => line.includes('damaged')),
      [],
    );
  });

  it('lists what was set aside in all folders under a prefix, and nothing else', async () => {
    const store = open();
    for (const id of [1, 2]) {
      await store.write(`users/github/${id}/github_token.json`, {});
      await writeFile(path(`users/github/${id}/settings.json`), 'damaged');
      await store.read(`users/github/${id}/settings.json`);
    }
    assert.equal((await setAsideIn(store, '')).length, 2);
    const [only, ...others] = await setAsideIn(store, 'users/github/2/');
    assert.match(only!, /^users\/github\/2\/settings\.json\.corrupt-/);
    assert.deepEqual(others, []);
  });

  it('removes after a day what was left behind where nobody can tell whether its maker lives', async () => {
    await open().write('a.json', {});
    const [old, recent] = [path('~tmp', 'elsewhere.1.1.a-1'), path('~tmp', 'elsewhere.1.1.a-2')];
    for (const file of [old, recent]) await writeFile(file, '');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(old, yesterday, yesterday);
    await open().write('b.json', {});
    assert.deepEqual(await readdir(path('~tmp')), ['elsewhere.1.1.a-2']);
  });

  it('leaves the temporary files of the living alone', async () => {
    const { child, exited } = await startChild('hold');
    assert.equal((await readdir(path('~tmp'))).length, 0);
    await writeFile(path('~tmp', new ProcessIdentity().newName()), '');
    await open().write('b.json', {});
    assert.equal((await readdir(path('~tmp'))).length, 1);
    child.kill('SIGKILL');
    await exited;
  });

  it('waits for a lock that another process holds', async () => {
    const { child, exited } = await startChild('hold');
    await assert.rejects(
      open().withLock('a.json', () => Promise.resolve(), { waitMs: 200 }),
      LockTimeoutError,
    );
    child.kill('SIGTERM');
    await exited;
  });

  it('takes a lock over at once from a process that was killed', async () => {
    const { child, exited } = await startChild('hold');
    const store = open();
    const mine = (waitMs: number) => store.withLock('a.json', () => Promise.resolve('mine'), { waitMs });
    await assert.rejects(mine(50), LockTimeoutError);
    child.kill('SIGKILL');
    await exited;
    // Far less than a lease, after which any holder would be taken over.
    assert.equal(await mine(5_000), 'mine');
    assert.match(logged.join(''), /Took a lock over/);
  });

  it('lets one in at a time when many find a dead holder together', async () => {
    const { child, exited } = await startChild('hold');
    child.kill('SIGKILL');
    await exited;
    let inside = 0;
    await Promise.all(
      Array.from({ length: 30 }, () =>
        open().withLock('a.json', async () => {
          inside += 1;
          assert.equal(inside, 1);
          await delay(1);
          inside -= 1;
        }),
      ),
    );
  });

  it('takes over from a holder of another machine when its heartbeat stands still for a lease, however wrong its clock', async () => {
    const store = open({ leaseMs: 300 });
    await store.withLock('a.json', () => Promise.resolve());
    const foreign = '000000000000.1.1.elsewhere-1';
    await mkdir(path('~locks', 'a.json'));
    await writeFile(path('~locks', 'a.json', foreign), '');
    await utimes(path('~locks', 'a.json', foreign), new Date('2001-01-01'), new Date('2001-01-01'));
    const mine = () => store.withLock('a.json', () => Promise.resolve('mine'), { waitMs: 100 });
    await assert.rejects(mine(), LockTimeoutError);
    // Nobody waits for as long as a lease: what was seen while one gave up counts for the next.
    let taken: string | undefined;
    while (taken === undefined)
      taken = await mine().catch((error: unknown) => {
        assert.ok(error instanceof LockTimeoutError);
        return undefined;
      });
    assert.equal(taken, 'mine');
  });

  it('keeps its own lock alive for longer than a lease', async () => {
    const holder = open({ leaseMs: 200 });
    await holder.withLock('a.json', async () => {
      await assert.rejects(
        open({ leaseMs: 200 }).withLock('a.json', () => Promise.resolve(), { waitMs: 700 }),
        LockTimeoutError,
      );
    });
  });

  it('never removes the lock of the one who took over', async () => {
    let release = (): void => undefined;
    let taken = Promise.resolve();
    await open().withLock('a.json', async () => {
      const [holder] = await readdir(path('~locks', 'a.json'));
      await rm(path('~locks', 'a.json', holder!));
      await new Promise<void>((entered) => {
        taken = open().withLock('a.json', () => {
          entered();
          return new Promise<void>((resolve) => (release = resolve));
        });
      });
    });
    assert.equal((await readdir(path('~locks', 'a.json'))).length, 1);
    assert.match(logged.join(''), /taken over while it was held/);
    release();
    await taken;
  });

  it('says that the disk is full, keeps the old document, and leaves no rest', async () => {
    // A file size limit of the kernel: the write fails in its middle, as it does on a full disk.
    const store = open();
    await store.write('a.json', { old: true });
    const { exited, said } = await startChild('writeOnce', [
      'sh',
      '-c',
      'trap "" XFSZ; ulimit -f 50; exec "$@"',
      'sh',
    ]);
    await exited;
    assert.equal(said(), 'storage_full 503\n');
    assert.deepEqual(await store.read('a.json'), { old: true });
    assert.deepEqual(await readdir(path('~tmp')), []);
  });

  it('says that it may not write to the folder', async () => {
    const store = open();
    await store.write('a.json', { old: true });
    await chmod(folder, 0o755);
    for (const name of ['', '~tmp', '~locks']) await chmod(path(name), 0o555);
    await chmod(path('a.json'), 0o444);
    const { exited, said } = await startChild('writeOnceAsNobody');
    await exited;
    assert.equal(said(), 'storage_refused 503\n');
    assert.deepEqual(await store.read('a.json'), { old: true });
  });

  it('works again as soon as what was wrong is mended', async () => {
    await writeFile(path(), 'a file where the folder should be');
    const store = open();
    await assert.rejects(store.check(), { code: 'storage_unavailable' });
    await rm(path());
    await store.check();
  });

  it('reads no file that is too large into memory, and leaves it where it is', async () => {
    const store = open();
    await store.write('a.json', {});
    // 300 MB that take no room on the disk.
    await truncate(path('a.json'), 300 * 1024 * 1024);
    await assert.rejects(store.read('a.json'), (error) => {
      assert.ok(error instanceof StorageError && error.cause instanceof Error);
      assert.match(error.cause.message, /a\.json has 314572800 bytes; a document has 16777216 at most\.$/);
      return error.failure === 'ours';
    });
    assert.deepEqual(await keysOf(store, ''), ['a.json']);
    await store.delete('a.json');
    await store.close();
  });

  it('makes its folder anew when somebody removes it meanwhile', async () => {
    const store = open();
    await store.write('a.json', { n: 1 });
    const uses = [
      () => store.write('users/github/1/a.json', { n: 2 }),
      () => store.withLock('a.json', () => store.write('a.json', { n: 3 })),
      () => store.check(),
    ];
    for (const use of uses) {
      for (const gone of [folder, path(), path('~tmp'), path('~locks')]) {
        await rm(gone, { recursive: true });
        await use();
        assert.equal((await stat(path())).mode & 0o777, 0o700);
        await store.write('a.json', { n: 1 });
      }
    }
    for (let times = 0; times < 10; times++) {
      await rm(folder, { recursive: true });
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          n % 2 === 0 ? store.write(`${n}.json`, {}) : store.withLock(`${n}.json`, () => store.check()),
        ),
      );
    }
    assert.match(logged.join(''), /"level":50.*removed while this process ran/);
  });

  it('checks without making anything durable, so that asking often costs little', async () => {
    const store = open();
    await store.check();
    const handle = await openFile(path('~tmp'), 'r');
    const FileHandle = Object.getPrototypeOf(handle) as { sync: () => Promise<void> };
    await handle.close();
    const { sync } = FileHandle;
    const synced: unknown[] = [];
    FileHandle.sync = function (this: unknown) {
      synced.push(this);
      return sync.call(this);
    };
    try {
      await store.check();
      assert.deepEqual(synced, []);
      await store.write('a.json', {});
      assert.notDeepEqual(synced, []);
    } finally {
      FileHandle.sync = sync;
    }
  });

  it('waits in close for the writes that are under way', async () => {
    const store = open();
    const writes = Array.from({ length: 20 }, (_, n) => store.write('a.json', { n }));
    await store.close();
    assert.deepEqual(await store.read('a.json'), { n: 19 });
    await Promise.all(writes);
  });
});

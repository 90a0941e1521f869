import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Document } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { RoomWatchingStore } from '../../../lib/oss/storage/room-watching-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { keysOf } from './document-store.contract.ts';
import { smallDisk } from './mounted-alone.ts';
import { startStoreProcess } from './store-process.ts';

const LARGE = { filler: 'x'.repeat(20_000) };

/** A file store on a disk that has room for documents of some size only. */
class CrampedStore extends JsonFileStore {
  roomFor = Infinity;
  errno = 'ENOSPC';
  attempts = 0;
  duringNextWrite: (() => Promise<void>) | undefined;

  override async write(key: string, document: Document): Promise<void> {
    this.attempts += 1;
    const { duringNextWrite } = this;
    this.duringNextWrite = undefined;
    await duringNextWrite?.();
    if (JSON.stringify(document).length > this.roomFor) {
      throw new StorageError(Object.assign(new Error('write failed'), { code: this.errno }));
    }
    await super.write(key, document);
  }
}

describe('A store that became full', () => {
  let folder: string;
  let disk: CrampedStore;
  let store: RoomWatchingStore;
  let now: number;
  let said: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'room-'));
    now = 0;
    said = [];
    const log = pino({}, { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) });
    disk = new CrampedStore({ path: join(folder, 'store'), log: pino({ level: 'silent' }) });
    store = new RoomWatchingStore(disk, { log, now: () => now });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const fillUp = async (key = 'a.json') => {
    disk.roomFor = 100;
    await assert.rejects(store.write(key, LARGE), { code: 'storage_full' });
  };
  /** What `/ready` says of it. */
  const verdict = () =>
    store.check().then(
      () => 'ready',
      (error: unknown) => (error as StorageError).code,
    );

  it('counts as full although small writes work, and until a write of some size does', async () => {
    assert.equal(await verdict(), 'ready');
    await fillUp();
    await store.write('small.json', {});
    await disk.check();
    assert.equal(await verdict(), 'storage_full');
    assert.equal(await store.isFull(), true);
    now += 60_000;
    assert.equal(await verdict(), 'storage_full');
    disk.roomFor = 10_000;
    now += 60_000;
    assert.equal(await verdict(), 'ready');
    assert.equal(await store.isFull(), false);
    assert.deepEqual(await keysOf(store, ''), ['small.json'], 'nothing is left of the tries');
    assert.deepEqual(said, [
      'The store is full; this server is not ready until it has room',
      'The store has room again',
    ]);
  });

  it('is tried once in two seconds however many ask, and never while all is well', async () => {
    await verdict();
    assert.equal(disk.attempts, 0);
    await fillUp();
    disk.attempts = 0;
    const all = await Promise.all(Array.from({ length: 20 }, verdict));
    now += 1_999;
    all.push(await verdict());
    assert.deepEqual(new Set(all), new Set(['storage_full']));
    assert.equal(disk.attempts, 1);
    now += 1;
    await verdict();
    assert.equal(disk.attempts, 2);
  });

  it('is tried by those who ask for the metric as well, so that it heals where nobody asks for /ready', async () => {
    await fillUp();
    assert.equal(await store.isFull(), true);
    disk.roomFor = Infinity;
    assert.equal(await store.isFull(), true, 'not before its time');
    now += 2_000;
    assert.equal(await store.isFull(), false);
  });

  it('is not full because of one document that was too large, again and again', async () => {
    disk.roomFor = 10_000;
    for (let time = 0; time < 3; time += 1) {
      await assert.rejects(store.write('a.json', LARGE), { code: 'storage_full' });
      assert.equal(await verdict(), 'ready');
    }
  });

  it('counts as full when a lock, or a deletion, finds no room', async () => {
    disk.roomFor = 100;
    const noRoom = () => Promise.reject(new StorageError(new Error('no room'), 'full'));
    disk.withLock = noRoom;
    await assert.rejects(store.withLock('a.json', () => Promise.resolve()));
    assert.equal(await verdict(), 'storage_full');
    disk.roomFor = Infinity;
    now += 2_000;
    assert.equal(await verdict(), 'ready');
    disk.delete = noRoom;
    await assert.rejects(store.delete('a.json'));
    assert.equal(await verdict(), 'storage_full');
  });

  it('stays full when a write fails while a try succeeds', async () => {
    await fillUp();
    disk.roomFor = 10_000;
    disk.duringNextWrite = () => assert.rejects(store.write('b.json', LARGE), { code: 'storage_full' });
    assert.equal(await verdict(), 'storage_full');
    now += 2_000;
    assert.equal(await verdict(), 'ready');
  });

  it('says what else is wrong now, and is still full afterwards', async () => {
    await fillUp();
    disk.errno = 'EROFS';
    assert.equal(await verdict(), 'storage_read_only');
    assert.equal(await verdict(), 'storage_full');
    assert.equal(await store.isFull(), true);
  });

  it('is full for any errno that says so, and for no other', async () => {
    for (const [errno, expected] of [
      ['EDQUOT', 'storage_full'],
      ['EIO', 'ready'],
      ['EROFS', 'ready'],
    ] as const) {
      disk.errno = errno;
      disk.roomFor = 100;
      await assert.rejects(store.write('a.json', LARGE));
      assert.equal(await verdict(), expected, errno);
      disk.roomFor = Infinity;
      now += 2_000;
      assert.equal(await verdict(), 'ready');
    }
  });

  it('does so on a disk that is full in earnest', async () => {
    const command = smallDisk(folder);
    if (command === undefined) return;
    const { exited, said: told } = await startStoreProcess(join(folder, 'store'), 'fillUp', command);
    await exited;
    assert.deepEqual(JSON.parse(told()), [
      'empty: ready',
      'full: storage_full: ENOSPC: no space left on device',
      'a little room in which a small write works: storage_full: ENOSPC: no space left on device',
      'room: ready',
      '0 left',
    ]);
  });
});

/** Another process on the same store: `<folder> <task>`. Says something when its task has begun, or how it failed. */
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { RoomWatchingStore } from '../../../lib/oss/storage/room-watching-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { markStore } from '../../../lib/oss/storage/store-marker.ts';
import { keysOf } from './document-store.contract.ts';

const [folder = '', task = ''] = process.argv.slice(2);
const store = new JsonFileStore({ path: folder, log: pino({ level: 'silent' }) });
const filler = 'x'.repeat(200_000);

function problemOf(error: unknown): string {
  if (!(error instanceof StorageError && error.cause instanceof Error)) return String(error);
  return `${error.code}: ${error.cause.message}`;
}

const tasks: Record<string, () => Promise<void>> = {
  async write() {
    await store.write('a.json', { n: 0, filler });
    console.log('writing');
    for (let n = 1; ; n += 1) await store.write('a.json', { n, filler });
  },
  async writeOnce() {
    await store.write('a.json', { filler }).catch((error: unknown) => {
      console.log(error instanceof StorageError ? `${error.code} ${error.status}` : error);
    });
  },
  async writeOnceAsNobody() {
    // The superuser may write wherever it likes.
    if (process.getuid?.() === 0) process.seteuid?.(65_534);
    await this.writeOnce?.();
  },
  /** What comes of a document that cannot be replaced: its content after each step, or what is wrong. */
  async useMounted() {
    const said: unknown[] = [await store.read('a.json')];
    for (const step of [
      () => store.write('a.json', { filler }),
      () => store.write('a.json', { short: true }),
      () => store.check(),
      () => store.delete('a.json'),
    ]) {
      const outcome = await step().then(() => store.read('a.json'), problemOf);
      said.push(outcome ?? 'none');
    }
    console.log(JSON.stringify(said).replaceAll(filler, 'filler'));
  },
  /** What comes of more than there is room for, and what is there afterwards. */
  async overfill() {
    const outcome = await store.write('a.json', { filler }).catch(problemOf);
    console.log(JSON.stringify([outcome, await store.read('a.json')]));
  },
  /** What `/ready` goes by on a file system that is filled up, then has a little room, then enough. */
  async fillUp() {
    let now = 0;
    const log = pino({ level: 'silent' });
    const watched = new RoomWatchingStore(store, { log, now: () => now });
    const said: string[] = [];
    const check = async (what: string) => {
      now += 60_000;
      said.push(`${what}: ${await watched.check().then(() => 'ready', problemOf)}`.split(',')[0]!);
    };
    await check('empty');
    const document = { filler: 'x'.repeat(3_000) };
    let written = 0;
    while (
      await watched.write(`${written}.json`, document).then(
        () => true,
        () => false,
      )
    )
      written += 1;
    await check('full');
    await watched.delete('0.json');
    const small = await store.check().then(() => 'works', problemOf);
    await check(`a little room in which a small write ${small}`);
    for (let n = 1; n < written; n += 1) await watched.delete(`${n}.json`);
    await check('room');
    said.push(`${(await keysOf(watched, '')).length} left`);
    console.log(JSON.stringify(said));
  },
  async readMounted() {
    console.log(
      JSON.stringify([await store.read('a.json').catch(problemOf), await store.check().catch(problemOf)]),
    );
  },
  async refuseAsNobody() {
    process.seteuid?.(65_534);
    console.log(await store.write('a.json', {}).catch(problemOf), await store.check().catch(problemOf));
  },
  async readTwoAsNobody() {
    process.seteuid?.(65_534);
    const log = pino({ level: 'warn' }, { write: (line) => process.stdout.write(line) });
    const other = new JsonFileStore({ path: folder, log });
    for (const key of ['a.json', 'b.json', 'a.json']) await other.read(key);
  },
  async verify() {
    await store.verify().catch((error: unknown) => console.log(String(error)));
  },
  /** What the OSS edition says of this store at the start, and whether it would go on. */
  async startOss() {
    const logger = pino({ level: 'warn' }, { write: (line) => process.stdout.write(line) });
    // Only here: most tasks need a store alone, and the edition takes longer to load than they take.
    const { ServerConfig } = await import('../../../lib/oss/server-config.ts');
    const config = new ServerConfig({ env: { FILE_STORE_PATH: folder }, logger });
    console.log(await config.prepare().then(() => 'goes on', String));
  },
  /** What a document is while its volume is mounted, unmounted, without a mount point, with an empty one, and mounted again. */
  async useUnmounted() {
    const { VOLUME: volume = '', MOUNT_POINT: mountPoint = '' } = process.env;
    await store.verify();
    await markStore(store);
    await store.write('a.json', { kept: true });
    const said: string[] = [];
    const look = async () => {
      const outcome = await store.read('a.json').then(JSON.stringify, problemOf);
      said.push(outcome.startsWith('storage_unavailable: ') ? 'away' : outcome);
    };
    await look();
    for (const change of [
      ['umount', mountPoint],
      ['rmdir', mountPoint],
      ['mkdir', mountPoint],
      ['mount', '--bind', volume, mountPoint],
    ]) {
      execFileSync(change[0]!, change.slice(1));
      await look();
    }
    console.log(JSON.stringify(said));
  },
  async hold() {
    await store.withLock('a.json', async () => {
      console.log('holding');
      await delay(60_000);
    });
  },
};
await tasks[task]?.();

/** Another process on the same store: `<folder> <task>`. Says something when its task has begun, or how it failed. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';

const [folder = '', task = ''] = process.argv.slice(2);
const store = new JsonFileStore({ path: folder, log: pino({ level: 'silent' }) });
const filler = 'x'.repeat(200_000);

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
  async hold() {
    await store.withLock('a.json', async () => {
      console.log('holding');
      await delay(60_000);
    });
  },
};
await tasks[task]?.();

import { once } from 'node:events';
import { pino } from 'pino';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { StorageError } from '../../../../lib/oss/storage/storage-error.ts';

const [url = '', leaseMs] = process.argv.slice(2);
const log = pino(
  { level: 'error' },
  { write: (line) => console.log((JSON.parse(line) as { msg: string }).msg) },
);
const store = new PostgresStore({ url: new Secret(url), log, leaseMs: Number(leaseMs) });

await store.withLock('a.json', async () => {
  console.log('holding');
  await once(process.stdin, 'data');
  await store.write('a.json', { by: 'the old holder' }).then(
    () => console.log('written'),
    (error: unknown) => console.log(error instanceof StorageError ? error.code : error),
  );
});
await store.close();

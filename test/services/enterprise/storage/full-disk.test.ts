/** A PostgreSQL whose disk is full: in earnest where this user may mount one, else a trigger that answers the same. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { PostgresDatabase } from '../../../../lib/enterprise/storage/postgres-database.ts';
import { PostgresStore } from '../../../../lib/enterprise/storage/postgres-store.ts';
import { migrate } from '../../../../lib/enterprise/storage/schema.ts';
import { Secret } from '../../../../lib/oss/secret.ts';
import { RoomWatchingStore } from '../../../../lib/oss/storage/room-watching-store.ts';
import type { StorageError } from '../../../../lib/oss/storage/storage-error.ts';
import { keysOf } from '../../../oss/storage/document-store.contract.ts';
import { newDatabase, silent } from '../../databases.ts';
import { engines } from '../../engines.ts';
import { newFolder, user } from '../../engines/program.ts';

describe('A database whose disk is full', () => {
  let url: Secret;
  let folder: string;
  let isMounted: boolean;
  let store: RoomWatchingStore;
  let now = 0;

  const name = () => new URL(url.reveal()).pathname.slice(1);
  const run = (sql: string, database = name()) => engines().postgres.run(database, sql);

  beforeEach(async () => {
    folder = await newFolder('full-disk');
    const options = `size=24m,uid=${user.uid ?? 0},gid=${user.gid ?? 0},mode=700`;
    isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]).status === 0;
    if (isMounted) {
      await run(`CREATE TABLESPACE small LOCATION '${folder}'`, 'postgres');
      url = new Secret(await engines().postgres.newDatabase('TABLESPACE small'));
      const database = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
      await migrate(database);
      await database.close();
    } else {
      url = await newDatabase(engines().postgres);
    }
    store = new RoomWatchingStore(new PostgresStore({ url, log: silent }), { log: silent, now: () => now });
  });
  afterEach(async () => {
    await store.close();
    if (isMounted) {
      await run(`DROP DATABASE ${name()} WITH (FORCE)`, 'postgres');
      await run('DROP TABLESPACE small', 'postgres');
      spawnSync('umount', [folder]);
    }
    await rm(folder, { recursive: true, force: true });
  });

  const verdict = () => {
    now += 60_000;
    return store.check().then(
      () => 'ready',
      (error: unknown) => (error as StorageError).code,
    );
  };

  async function fillUp(): Promise<void> {
    if (!isMounted) {
      await run(`CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF length(new.document) > 2000 THEN
          RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100';
        END IF; RETURN new; END $$`);
      await run(
        'CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON openhands_documents ' +
          'FOR EACH ROW EXECUTE FUNCTION disk_full()',
      );
    }
    const write = (n: number) =>
      store.write(`large/${n}.json`, { filler: randomBytes(300_000).toString('base64') });
    await assert.rejects(
      async () => {
        for (let n = 0; n < 200; n += 1) await write(n);
      },
      { code: 'storage_full', status: 503 },
    );
    // What is left over is used up as well, in steps of half the size that is tried.
    for (let n = 0; isMounted && n < 2_000; n += 1) {
      const filler = randomBytes(3_000).toString('base64');
      if (
        await store.write(`rest/${n}.json`, { filler }).then(
          () => false,
          () => true,
        )
      )
        break;
    }
  }

  async function makeRoom(): Promise<void> {
    if (isMounted) spawnSync('mount', ['-o', 'remount,size=48m', folder]);
    else await run('DROP TRIGGER disk_full ON openhands_documents');
  }

  it('is not ready, although a small write works, until it has room again; nothing is restarted', async () => {
    assert.equal(await verdict(), 'ready');
    await store.write('small.json', { n: 1 });
    await fillUp();
    await store.write('small.json', { n: 2 });
    assert.deepEqual([await verdict(), await verdict()], ['storage_full', 'storage_full']);
    assert.deepEqual(await store.read('small.json'), { n: 2 }, 'reading goes on');
    await makeRoom();
    assert.equal(await verdict(), 'ready');
    await store.write('large/again.json', { filler: randomBytes(300_000).toString('base64') });
    assert.deepEqual((await keysOf(store, 'openhands-')).length, 0);
  });
});

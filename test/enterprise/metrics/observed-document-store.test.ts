import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { ObservedDocumentStore } from '../../../lib/enterprise/metrics/observed-document-store.ts';
import { LockTimeoutError } from '../../../lib/oss/storage/document-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { documentStoreContract } from '../../oss/storage/document-store.contract.ts';

const log = pino({ level: 'silent' });

describe('ObservedDocumentStore', () => {
  describe('keeps the contract of a store', () => {
    documentStoreContract(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'observed-'));
      return {
        open: () =>
          new ObservedDocumentStore(new JsonFileStore({ path: folder, log }), {
            storeAnswered: () => undefined,
          }),
        remove: () => rm(folder, { recursive: true, force: true }),
      };
    });
  });

  let path: string;
  let store: ObservedDocumentStore;
  let observed: [string, string, number][];

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'observed-'));
    observed = [];
    store = new ObservedDocumentStore(new JsonFileStore({ path, log }), {
      storeAnswered: (operation, outcome, seconds) => observed.push([operation, outcome, seconds]),
    });
  });
  afterEach(async () => {
    await store.close();
    await rm(path, { recursive: true, force: true });
  });

  const kinds = () => observed.map(([operation, outcome]) => `${operation} ${outcome}`);

  it('tells how reads, writes and deletions went', async () => {
    await store.write('a.json', { a: 1 });
    assert.deepEqual(await store.read('a.json'), { a: 1 });
    await store.delete('a.json');
    assert.deepEqual(kinds(), ['write ok', 'read ok', 'delete ok']);
    assert.ok(observed.every(([, , seconds]) => seconds >= 0));
  });

  it('tells of failures, and passes them on', async () => {
    await assert.rejects(store.read('../a.json'), TypeError);
    assert.deepEqual(kinds(), ['read error']);
  });

  it('counts the wait for a lock, not what is done while it is held', async () => {
    await store.withLock('a.json', () => {
      assert.deepEqual(kinds(), ['lock ok'], 'the wait is over, and counted');
      return Promise.resolve();
    });
    assert.deepEqual(kinds(), ['lock ok']);
  });

  it('counts a lock that could not be had as failed, and what failed under a lock as none of its failures', async () => {
    await store.withLock('a.json', () =>
      assert.rejects(
        store.withLock('a.json', () => Promise.resolve(), { waitMs: 10 }),
        LockTimeoutError,
      ),
    );
    await assert.rejects(
      store.withLock('a.json', () => Promise.reject(new Error('mine'))),
      /mine/,
    );
    assert.deepEqual(kinds(), ['lock ok', 'lock error', 'lock ok']);
  });
});

/** What every `DocumentStore` does. An adapter's own test calls this, and adds what is special about it. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { type DocumentStore, LockTimeoutError } from '../../../lib/oss/storage/document-store.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';

/** An adapter under test: stores over the same documents, and what removes them. */
export interface StoreUnderTest {
  /** Another store over the same documents, as another process would have it. */
  readonly open: () => DocumentStore;
  readonly remove: () => Promise<void>;
}

/** The keys in `store` that start with `prefix`, sorted. */
export async function keysOf(store: DocumentStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) keys.push(key);
  return keys.sort();
}

/** What damaged documents under `prefix` are called since `store` set them aside, sorted. */
export async function setAsideIn(store: DocumentStore, prefix: string): Promise<string[]> {
  const names: string[] = [];
  for await (const name of store.listSetAside(prefix)) names.push(name);
  return names.sort();
}

/** Declares the tests of the contract in the surrounding `describe`. */
export function documentStoreContract(setUp: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  let store: DocumentStore;
  let other: DocumentStore;

  beforeEach(async () => {
    subject = await setUp();
    store = subject.open();
    other = subject.open();
  });

  afterEach(async () => {
    await Promise.all([store.close(), other.close()]);
    await subject.remove();
  });

  const keysUnder = (prefix: string) => keysOf(store, prefix);

  it('reads undefined where nothing was written', async () => {
    assert.equal(await store.read('settings.json'), undefined);
    assert.equal(await store.read('users/github/1/settings.json'), undefined);
  });

  it('reads what was written, through every store over the same documents', async () => {
    const document = {
      text: 'żółw 🐢 "\\\u0000',
      number: 1.5,
      nothing: null,
      nested: { list: [1, [2], {}] },
    };
    await store.write('users/github/1/settings.json', document);
    assert.deepEqual(await store.read('users/github/1/settings.json'), document);
    assert.deepEqual(await other.read('users/github/1/settings.json'), document);
  });

  it('keeps an empty document apart from none', async () => {
    await store.write('empty.json', {});
    assert.deepEqual(await store.read('empty.json'), {});
  });

  it('gives every reader a document of its own', async () => {
    const written = { list: [1] };
    const writes = [store.write('a.json', written), store.write('a.json', written)];
    written.list.push(2);
    await Promise.all(writes);
    Object.assign((await store.read('a.json'))!, { list: 'changed' });
    assert.deepEqual(await store.read('a.json'), { list: [1] });
  });

  it('replaces the whole document', async () => {
    await store.write('a.json', { first: true });
    await other.write('a.json', { second: true });
    assert.deepEqual(await store.read('a.json'), { second: true });
  });

  it('keeps the last of many writes that one caller sends at once', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, n) => store.write('a.json', { n })));
    assert.deepEqual(await other.read('a.json'), { n: 49 });
  });

  it('shows a reader the old document or the new one, never a part', async () => {
    const filler = 'x'.repeat(50_000);
    await store.write('a.json', { n: 0, filler });
    const writes = (async () => {
      for (let n = 1; n <= 50; n += 1) await store.write('a.json', { n, filler });
    })();
    let last = 0;
    while (last < 50) {
      const { n, filler: read } = (await other.read('a.json')) as { n: number; filler: string };
      assert.equal(read, filler);
      assert.ok(n >= last, `${String(n)} after ${String(last)}`);
      last = n;
    }
    await writes;
  });

  it('deletes, and does not mind deleting what is not there', async () => {
    await store.write('users/github/1/a.json', {});
    await store.delete('users/github/1/a.json');
    await store.delete('users/github/1/a.json');
    await store.delete('never/was.json');
    assert.equal(await other.read('users/github/1/a.json'), undefined);
  });

  it('lists the keys that start with a prefix, which may end within a segment', async () => {
    const keys = [
      'settings.json',
      'users/github/1/a.json',
      'users/github/12/a.json',
      'users/github/2/b.json',
      'users.json',
    ];
    for (const key of keys) await store.write(key, {});
    await store.delete('users/github/2/b.json');
    assert.deepEqual(await keysUnder('users/github/1'), ['users/github/1/a.json', 'users/github/12/a.json']);
    assert.deepEqual(await keysUnder('users/github/1/'), ['users/github/1/a.json']);
    assert.deepEqual(await keysUnder('users'), [
      'users.json',
      'users/github/1/a.json',
      'users/github/12/a.json',
    ]);
    assert.deepEqual(await keysUnder('users/github/1/a.json'), ['users/github/1/a.json']);
    assert.deepEqual(await keysUnder('nobody/'), []);
    assert.equal((await keysUnder('')).length, 4);
  });

  for (const key of [
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    '../a',
    'a/../b',
    'a/./b',
    'a\\b',
    'ä.json',
    'a b',
    'a~b',
    'a\0',
    'a.corrupt-1',
    'x'.repeat(201),
  ]) {
    it(`refuses the key ${JSON.stringify(key.slice(0, 20))} in every method`, async () => {
      await assert.rejects(store.read(key), TypeError);
      await assert.rejects(store.write(key, {}), TypeError);
      await assert.rejects(store.delete(key), TypeError);
      await assert.rejects(
        store.withLock(key, () => Promise.resolve()),
        TypeError,
      );
    });
  }

  it('refuses a prefix that no key can have', async () => {
    for (const prefix of ['/', '../', 'a/../', 'a b']) {
      await assert.rejects(keysUnder(prefix), TypeError);
      await assert.rejects(setAsideIn(store, prefix), TypeError);
    }
  });

  it('sets nothing aside that is not damaged', async () => {
    await store.write('a.json', {});
    await store.read('a.json');
    assert.deepEqual(await setAsideIn(store, ''), []);
  });

  it('lets one caller of all stores into a lock at a time, and everyone in the end', async () => {
    let inside = 0;
    let passed = 0;
    const pass = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await delay(1);
      inside -= 1;
      passed += 1;
    };
    const stores = [store, other, subject.open(), subject.open()];
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => stores[n % 4]!.withLock('a.json', pass, { waitMs: 60_000 })),
    );
    assert.equal(passed, 60);
  });

  it('does not let the holders of two keys wait for each other', async () => {
    await store.withLock('a.json', () =>
      store.withLock('b.json', () => other.withLock('c.json', () => Promise.resolve())),
    );
  });

  it('hands through what the holder returns or throws, and is free afterwards', async () => {
    assert.equal(await store.withLock('a.json', () => Promise.resolve(7)), 7);
    await assert.rejects(
      store.withLock('a.json', () => Promise.reject(new Error('from inside'))),
      /from inside/,
    );
    assert.equal(await other.withLock('a.json', () => Promise.resolve(8), { waitMs: 50 }), 8);
  });

  for (const whose of ['own', 'other'] as const) {
    it(`gives up waiting for a lock that its ${whose} store holds, without having run`, async () => {
      let ran = false;
      await store.withLock('a.json', async () => {
        const waiter = whose === 'own' ? store : other;
        const waiting = waiter.withLock('a.json', () => Promise.resolve((ran = true)), { waitMs: 80 });
        await assert.rejects(waiting, LockTimeoutError);
      });
      assert.equal(ran, false);
      await other.withLock('a.json', () => Promise.resolve(), { waitMs: 50 });
    });
  }

  it('writes and reads inside a lock, and lets others read meanwhile', async () => {
    await store.withLock('a.json', async () => {
      await store.write('a.json', { n: 1 });
      assert.deepEqual(await other.read('a.json'), { n: 1 });
    });
  });

  it('refuses to write a document that is too large, says how large, and keeps what is there', async () => {
    await store.write('a.json', { n: 1 });
    const large = { text: 'x'.repeat(17 * 1024 * 1024) };
    await assert.rejects(store.write('a.json', large), (error) => {
      assert.ok(error instanceof StorageError && error.cause instanceof Error);
      assert.match(error.cause.message, /a\.json has 178258\d\d bytes; a document has 16777216 at most\.$/);
      return error.failure === 'data';
    });
    assert.deepEqual(await store.read('a.json'), { n: 1 });
  });

  it('answers a check', async () => {
    await store.check();
  });
}

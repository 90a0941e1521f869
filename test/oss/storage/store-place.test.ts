import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, posix, win32 } from 'node:path';
import { pino } from 'pino';
import { ConfigurationError } from '../../../lib/oss/errors.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';
import { claimStore, markStore, STORE_MARKER } from '../../../lib/oss/storage/store-marker.ts';
import { ancestorsOf, placeOf } from '../../../lib/oss/storage/store-place.ts';

describe('The place of a file store', () => {
  const log = pino({ level: 'silent' });
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'store-place-')));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const at = (path: string) => join(folder, path);

  async function file(path: string, text = '{}'): Promise<void> {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
  }

  async function opened<T>(path: string, use: (store: JsonFileStore) => Promise<T>): Promise<T> {
    const store = new JsonFileStore({ path: at(path), log });
    try {
      return await use(store);
    } finally {
      await store.close();
    }
  }

  const kindOf = async (path: string) => (await placeOf(at(path))).kind;

  it('is a store once it is marked, and its marker stays what it was', async () => {
    const marker = await opened('store', (store) => markStore(store));
    assert.deepEqual(await placeOf(at('store')), { kind: 'store', marker });
    assert.deepEqual(await opened('store', (store) => markStore(store)), marker);
  });

  it('is marked once by many that open it at once', async () => {
    const markers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        opened('store', (store) => markStore(store, { github_app_client_id: `app-${n}` })),
      ),
    );
    assert.equal(new Set(markers.map(({ store_id }) => store_id)).size, 1);
    assert.equal(new Set(markers.map(({ github_app_client_id }) => github_app_client_id)).size, 1);
  });

  it('gets what its marker did not say yet, and keeps its id', async () => {
    const before = await opened('store', (store) => markStore(store));
    const after = await opened('store', (store) => markStore(store, { github_app_client_id: 'app' }));
    assert.deepEqual(after, { ...before, github_app_client_id: 'app' });
  });

  it('is claimed by one App of many that do so at once, and then by none who saw it free', async () => {
    const { store_id } = await opened('store', (store) => markStore(store));
    const claim = (app: string, before?: string) =>
      opened('store', (store) => claimStore(store, app, before));
    const markers = await Promise.all(Array.from({ length: 10 }, (_, n) => claim(`app-${n}`)));
    const owner = markers[0]!.github_app_client_id!;
    for (const marker of markers) assert.deepEqual(marker, { store_id, github_app_client_id: owner });
    assert.equal((await claim('late')).github_app_client_id, owner);
    assert.equal((await claim('mistaken', 'somebody else')).github_app_client_id, owner);
    assert.deepEqual(await claim('next', owner), { store_id, github_app_client_id: 'next' });
  });

  for (const [what, path] of [
    ['users', 'users/github/1/settings.json'],
    ['grants to give back', 'revocations/github/1.json'],
    ['secrets of cookies', 'cookie_secrets.json'],
    ['keys', 'token_encryption_keys.json'],
  ] as const) {
    it(`is a store when an older version has left ${what} there`, async () => {
      await file(`store/${path}`);
      assert.equal(await kindOf('store'), 'store');
    });
  }

  it('is a store when an older version has opened it and kept nothing yet', async () => {
    await opened('store', (store) => store.check());
    assert.equal(await kindOf('store'), 'store');
  });

  it('is none where nothing is, or nothing of a store', async () => {
    await mkdir(at('empty'));
    await file('project/settings.json');
    await file('project/users/list.json');
    await file('project/users/github/config.json');
    for (const path of ['missing', 'missing/too', 'empty', 'project'])
      assert.equal(await kindOf(path), 'none');
  });

  it('is too deep within a store, also by a link, and where nothing is yet', async () => {
    await file('store/users/github/1/settings.json');
    await file('store/revocations/github/1.json');
    await file(`new/${STORE_MARKER}`, '{"store_id": "1"}');
    await symlink(at('store/users/github'), at('link'));
    for (const path of ['users', 'users/github', 'users/github/1', 'revocations', '~locks', '~tmp']) {
      assert.deepEqual(await placeOf(at(`store/${path}`)), { kind: 'too deep', store: at('store') }, path);
      assert.deepEqual(await placeOf(at(`new/${path}`)), { kind: 'too deep', store: at('new') }, path);
    }
    assert.deepEqual(await placeOf(at('link')), { kind: 'too deep', store: at('store') });
  });

  it('is too deep even where an older version has copied from there, and made its own folders', async () => {
    await file('store/users/github/1/settings.json');
    await opened('store/users', (store) => store.check());
    assert.equal(await kindOf('store/users'), 'too deep');
  });

  it('is not too deep in a store of its own that has another one around it, or a name like a part of one', async () => {
    await opened('.', (store) => markStore(store));
    await file('inner/users/github/1/settings.json');
    await opened('users', (store) => markStore(store));
    assert.equal(await kindOf('inner'), 'store');
    assert.equal(await kindOf('users'), 'store');
    assert.equal(await kindOf('new'), 'none');
  });

  it('does not take the lock of a document for that document', async () => {
    await file('store/~locks/cookie_secrets.json/holder');
    await file('store/~tmp/old');
    assert.equal(await kindOf('store'), 'store');
  });

  it('is too high in the folder around a store, unless that is one itself', async () => {
    await file('store/users/github/1/settings.json');
    assert.deepEqual(await placeOf(folder), { kind: 'too high', store: at('store') });
    await opened('.', (store) => store.check());
    assert.equal(await kindOf('.'), 'too high', 'an older version has copied from there');
    await file('cookie_secrets.json');
    assert.equal(await kindOf('.'), 'store');
  });

  for (const document of ['settings.json', 'github_profile.json']) {
    it(`is a store of an older OSS edition with its ${document}, whatever lies in it beside`, async () => {
      await file('inner/users/github/1/settings.json');
      await file(document);
      assert.equal(await kindOf('.'), 'too high', 'other programs have such files, too');
      await opened('.', (store) => store.check());
      assert.equal(await kindOf('.'), 'store');
      assert.equal(await kindOf('inner'), 'store');
    });
  }

  it('is refused in one line by a store that is opened there, and left as it was', async () => {
    await file('around/store/users/github/1/settings.json');
    await mkdir(at('empty'));
    await file('file');
    const refused: [string, boolean, RegExp][] = [
      [
        'around',
        true,
        /^FILE_STORE_PATH: .*around is no store, but .*around\/store in it is one\. Name that one/,
      ],
      [
        'around/store/users',
        true,
        /^FILE_STORE_PATH: .*users lies inside the store .*store\. Name that one\.$/,
      ],
      [
        'empty',
        false,
        /^FILE_STORE_PATH: There is no store in .*empty: no server has kept anything there\.$/,
      ],
      ['missing', false, /^FILE_STORE_PATH: There is no store in/],
      ['file', false, /^FILE_STORE_PATH: .*remove it/],
    ];
    const before = await readdir(folder, { recursive: true });
    for (const [path, begin, expected] of refused) {
      await assert.rejects(
        opened(path, (store) => store.verify({ begin })),
        (error) => error instanceof ConfigurationError && expected.test(error.message),
        path,
      );
    }
    assert.deepEqual(await readdir(folder, { recursive: true }), before);
    for (const path of ['empty', 'missing']) await opened(path, (store) => store.verify());
    await opened('around/store', (store) => store.verify({ begin: false }));
  });

  it('takes no marker for one that does not say which store it is', async () => {
    for (const text of ['', '[]', '{"store_id": ""}', '{"store_id": 1}', '{"store_id"']) {
      await file(`store/${STORE_MARKER}`, text);
      assert.equal(await kindOf('store'), 'none');
      const { store_id } = await opened('store', (store) => markStore(store));
      assert.match(store_id, /^[\da-f-]{36}$/);
      await rm(at('store'), { recursive: true });
    }
  });
});

describe('The folders around a folder', () => {
  it('end at the drive or the share on Windows, and the way from them is written as everywhere', () => {
    assert.deepEqual(ancestorsOf('C:\\users\\github', win32), [
      { above: 'C:\\users', below: 'github' },
      { above: 'C:\\', below: 'users/github' },
    ]);
    assert.deepEqual(ancestorsOf('\\\\nas\\store\\users', win32), [
      { above: '\\\\nas\\store\\', below: 'users' },
    ]);
    assert.deepEqual(ancestorsOf('C:\\', win32), []);
  });

  it('are three at most', () => {
    assert.deepEqual(ancestorsOf('/srv/store/users/github/7', posix), [
      { above: '/srv/store/users/github', below: '7' },
      { above: '/srv/store/users', below: 'github/7' },
      { above: '/srv/store', below: 'users/github/7' },
    ]);
    assert.deepEqual(ancestorsOf('/users', posix), [{ above: '/', below: 'users' }]);
    assert.deepEqual(ancestorsOf('/', posix), []);
  });
});

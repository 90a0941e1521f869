import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { SettingsCipher } from '../../../lib/enterprise/settings/settings-cipher.ts';
import { StoreCopy } from '../../../lib/enterprise/storage/store-copy.ts';
import { DocumentCipher } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { MASK, Secret } from '../../../lib/oss/secret.ts';
import { SettingsStore } from '../../../lib/oss/settings/settings-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

const KEY = 'users/github/1/settings.json';
const keyOf = (kid: string, byte: number) => `${kid}:${Buffer.alloc(32, byte).toString('base64')}`;

describe('the secrets of settings in the Enterprise edition', () => {
  let folder: string;
  let logged: string[];
  let documents: JsonFileStore;
  const log = pino({}, { write: (line) => logged.push(line) });
  const cipherWith = (...keys: string[]) =>
    new SettingsCipher(new DocumentCipher(parseEncryptionKeys(keys.join())), log);
  const storeWith = (cipher: SettingsCipher, key = KEY, store = documents) =>
    new SettingsStore(store, key, cipher);
  const text = () => readFile(join(folder, KEY), 'utf8');
  let store: SettingsStore;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'settings-cipher-'));
    logged = [];
    documents = new JsonFileStore({ path: folder, log });
    store = storeWith(cipherWith(keyOf('k1', 1)));
  });
  afterEach(async () => {
    await documents.close();
    await rm(folder, { recursive: true });
  });

  it('are read as they were given, and stand nowhere in the file', async () => {
    await store.update({
      language: 'de',
      llm_api_key: new Secret('sk-hidden'),
      github_token: new Secret('ghp_hidden'),
    });
    assert.doesNotMatch(await text(), /hidden/);
    assert.match(await text(), /"language": "de"/);
    const settings = await store.load();
    assert.equal(settings?.llm_api_key?.reveal(), 'sk-hidden');
    assert.equal(settings.github_token?.reveal(), 'ghp_hidden');
  });

  it('stay as they are when something else is saved, and go when they are taken away', async () => {
    await store.update({ llm_api_key: new Secret('sk-1'), github_token: new Secret('ghp_1') });
    const before = JSON.parse(await text()) as Record<string, unknown>;
    await store.update({ language: 'de' });
    const after = JSON.parse(await text()) as Record<string, unknown>;
    assert.deepEqual(after, { ...before, language: 'de' });
    await store.update({ unset_github_token: true });
    assert.equal((await store.load())?.github_token, null);
    assert.equal((JSON.parse(await text()) as Record<string, unknown>).github_token, null);
  });

  it('are read in the clear from old documents, and encrypted with the next save', async () => {
    await documents.write(KEY, { llm_api_key: 'sk-old', github_token: MASK, theme: 'dark' });
    const old = await store.load();
    assert.deepEqual([old?.llm_api_key?.reveal(), old?.github_token], ['sk-old', null]);
    await store.update({ language: 'de' });
    assert.doesNotMatch(await text(), /sk-old/);
    assert.match(await text(), /dark/);
    assert.equal((await store.load())?.llm_api_key?.reveal(), 'sk-old');
  });

  it('are "" and null when there are none', async () => {
    await store.update({ language: 'de' });
    const document = JSON.parse(await text()) as Record<string, unknown>;
    assert.deepEqual([document.llm_api_key, document.github_token], ['', null]);
  });

  it('may look like anything, also like what is encrypted', async () => {
    for (const secret of ['a.b.c.d.e', '{"jwe":"x"}', 'żółw 🐢']) {
      await store.update({ llm_api_key: new Secret(secret) });
      assert.equal((await store.load())?.llm_api_key?.reveal(), secret);
    }
  });

  it('cannot be moved to another field or to another user', async () => {
    await store.update({ llm_api_key: new Secret('sk-1'), github_token: new Secret('ghp_1') });
    const { llm_api_key, github_token } = (await documents.read(KEY))!;
    await documents.write(KEY, { llm_api_key: github_token, github_token: llm_api_key });
    await documents.write('users/github/2/settings.json', { llm_api_key });
    const swapped = await store.load();
    assert.deepEqual([swapped?.llm_api_key, swapped?.github_token], [null, null]);
    const other = await storeWith(cipherWith(keyOf('k1', 1)), 'users/github/2/settings.json').load();
    assert.equal(other?.llm_api_key, null);
    assert.equal(logged.length, 3);
    assert.doesNotMatch(logged.join(''), /sk-1|ghp_1/);
  });

  it('count as unset under a key that is not there, stay in the file, and come back with it', async () => {
    await store.update({
      llm_api_key: new Secret('sk-1'),
      github_token: new Secret('ghp_1'),
      language: 'en',
    });
    const without = storeWith(cipherWith(keyOf('k2', 2)));
    assert.deepEqual([(await without.load())?.llm_api_key, (await without.load())?.language], [null, 'en']);
    await without.update({ language: 'de', unset_github_token: true });
    const both = await storeWith(cipherWith(keyOf('k2', 2), keyOf('k1', 1))).load();
    assert.deepEqual([both?.llm_api_key?.reveal(), both?.github_token, both?.language], ['sk-1', null, 'de']);
    await without.update({ llm_api_key: null });
    assert.equal((JSON.parse(await text()) as Record<string, unknown>).llm_api_key, '');
  });

  it('can be read in the store that they were copied to', async () => {
    await store.update({ llm_api_key: new Secret('sk-1') });
    const target = new JsonFileStore({ path: join(folder, 'target'), log });
    const digests = new Map<string, string>();
    const record = {
      digest: (key: string) => Promise.resolve(digests.get(key)),
      remember: (key: string, digest: string) => Promise.resolve(void digests.set(key, digest)),
      forget: (key: string) => Promise.resolve(void digests.delete(key)),
    };
    assert.equal(await new StoreCopy({ from: documents, to: target, record }).copy(KEY), 'copied');
    const copied = await storeWith(cipherWith(keyOf('k1', 1)), KEY, target).load();
    assert.equal(copied?.llm_api_key?.reveal(), 'sk-1');
    await target.close();
  });

  it('do not keep a damaged field from being read around', async () => {
    await documents.write(KEY, {});
    await writeFile(
      join(folder, KEY),
      '{"llm_api_key":{"jwe":"no jwe"},"github_token":{"jwe":7},"agent":"A"}',
    );
    const settings = await store.load();
    assert.deepEqual([settings?.llm_api_key, settings?.github_token, settings?.agent], [null, null, 'A']);
  });
});

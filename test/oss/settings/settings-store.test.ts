import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Secret } from '../../../lib/oss/secret.ts';
import { SettingsStore } from '../../../lib/oss/settings/settings-store.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('SettingsStore', () => {
  let directory: string;
  let documents: JsonFileStore;
  let store: SettingsStore;
  const file = () => join(directory, 'settings.json');
  const stored = async (): Promise<unknown> => JSON.parse(await readFile(file(), 'utf8'));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'settings-'));
    documents = new JsonFileStore({ path: directory, log: pino({ level: 'silent' }) });
    store = new SettingsStore(documents, 'settings.json');
  });

  afterEach(async () => {
    await documents.close();
    await rm(directory, { recursive: true });
  });

  it('holds nothing before the first update', async () => {
    assert.equal(await store.load(), undefined);
  });

  it('gives back what was stored, secrets as secrets', async () => {
    await store.update({ language: 'de', llm_api_key: new Secret('sk-1') });
    const settings = await store.load();
    assert.equal(settings?.language, 'de');
    assert.equal(settings.llm_api_key?.reveal(), 'sk-1');
    assert.equal(settings.enable_default_condenser, false);
  });

  it('keeps the file to its owner', async () => {
    await store.update({ language: 'de' });
    assert.equal((await stat(file())).mode & 0o777, 0o600);
  });

  it('keeps what a newer version has put into the file', async () => {
    await writeFile(file(), JSON.stringify({ language: 'en', theme: { dark: true } }));
    await store.update({ language: 'fr' });
    const document = (await stored()) as Record<string, unknown>;
    assert.deepEqual(document.theme, { dark: true });
    assert.equal(document.language, 'fr');
  });

  it('reads a field of another type as unset, and the others as they are', async () => {
    await writeFile(
      file(),
      JSON.stringify({ language: 7, max_iterations: 'many', agent: 'A', github_token: {} }),
    );
    const settings = await store.load();
    assert.equal(settings?.language, null);
    assert.equal(settings.max_iterations, null);
    assert.equal(settings.github_token, null);
    assert.equal(settings.agent, 'A');
  });

  it('leaves in the file what it cannot read, unless that field is changed', async () => {
    const written = {
      language: 7,
      max_iterations: 'many',
      confirmation_mode: { since: 2 },
      enable_default_condenser: 'always',
      llm_api_key: ['sk-1', 'sk-2'],
      github_token: { host: 'github.com' },
      theme: 'dark',
    };
    await writeFile(file(), JSON.stringify(written));
    const read = await store.load();
    // As the stock client does: all that it was shown is posted back.
    await store.update({ language: null, max_iterations: null, agent: 'A', llm_api_key: undefined });
    const document = (await stored()) as Record<string, unknown>;
    for (const [field, value] of Object.entries(written)) assert.deepEqual(document[field], value, field);
    assert.equal(document.agent, 'A');
    assert.deepEqual(await store.load(), { ...read, agent: 'A' });
    await store.update({
      language: 'de',
      github_token: new Secret('ghp_1'),
      llm_api_key: new Secret('sk-3'),
    });
    const changed = (await stored()) as Record<string, unknown>;
    assert.deepEqual([changed.language, changed.github_token, changed.llm_api_key], ['de', 'ghp_1', 'sk-3']);
  });

  it('takes a mask in the file for no secret', async () => {
    await writeFile(file(), JSON.stringify({ github_token: '**********', llm_api_key: '**********' }));
    const settings = await store.load();
    assert.deepEqual([settings?.github_token, settings?.llm_api_key], [null, null]);
  });

  it('writes secrets as the original server reads them: in the clear, and "" for no key', async () => {
    await store.update({ language: 'de', github_token: new Secret('ghp_1') });
    const document = (await stored()) as Record<string, unknown>;
    assert.deepEqual([document.llm_api_key, document.github_token], ['', 'ghp_1']);
    await writeFile(file(), JSON.stringify({ llm_api_key: null }));
    await store.update({ unset_github_token: true });
    const unset = (await stored()) as Record<string, unknown>;
    assert.deepEqual([unset.llm_api_key, unset.github_token], ['', null]);
  });

  it('loses nothing when many updates come at once', async () => {
    const fields = ['language', 'agent', 'llm_model', 'llm_base_url', 'security_analyzer'] as const;
    await Promise.all(fields.map((field) => store.update({ [field]: field })));
    const settings = await store.load();
    assert.deepEqual(
      fields.map((field) => settings?.[field]),
      [...fields],
    );
  });
});

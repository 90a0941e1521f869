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

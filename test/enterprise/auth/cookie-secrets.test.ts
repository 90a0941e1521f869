import assert from 'node:assert/strict';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { storedCookieSecrets } from '../../../lib/enterprise/auth/cookie-secrets.ts';
import { ConfigurationError } from '../../../lib/oss/errors.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('storedCookieSecrets', () => {
  let path: string;
  let documents: JsonFileStore;

  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'cookie-secrets-'));
    documents = new JsonFileStore({ path, log: pino({ enabled: false }) });
  });

  afterEach(async () => {
    await documents.close();
    await rm(path, { recursive: true, force: true });
  });

  it('makes a secret once, for all who start at the same time, and keeps it', async () => {
    const others = new JsonFileStore({ path, log: pino({ enabled: false }) });
    const all = await Promise.all([documents, others, documents].map(storedCookieSecrets));
    const values = all.flat().map((secret) => secret.reveal());
    assert.equal(new Set(values).size, 1);
    assert.ok(values[0]!.length >= 32);
    assert.equal((await storedCookieSecrets(documents))[0].reveal(), values[0]);
  });

  it('keeps it where only the owner can read it', async () => {
    await storedCookieSecrets(documents);
    assert.equal((await stat(join(path, 'cookie_secrets.json'))).mode & 0o777, 0o600);
  });

  it('refuses a document that holds none, and says what to do', async () => {
    for (const content of [
      '{}',
      '{"secrets": []}',
      '{"secrets": [""]}',
      '{"secrets": "x"}',
      `{"secrets": ["${'x'.repeat(32)}", "short"]}`,
    ]) {
      await writeFile(join(path, 'cookie_secrets.json'), content);
      await assert.rejects(storedCookieSecrets(documents), (err) => {
        assert.ok(err instanceof ConfigurationError);
        assert.match(err.message, /set COOKIE_SECRETS/);
        return true;
      });
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { loadEncryptionKeys, parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';
import { ConfigurationError } from '../../../lib/oss/errors.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

const BASE64 = Buffer.alloc(32, 7).toString('base64');

describe('TOKEN_ENCRYPTION_KEYS', () => {
  it('are kid:base64, comma-separated, in their order', () => {
    const keys = parseEncryptionKeys(`k2:${BASE64}, k1:${BASE64}`);
    assert.deepEqual(
      keys.map(({ kid }) => kid),
      ['k2', 'k1'],
    );
    assert.equal(keys[0].key.symmetricKeySize, 32);
  });

  it('never show themselves', () => {
    assert.ok(!inspect(parseEncryptionKeys(`k1:${BASE64}`), { depth: 9, showHidden: true }).includes(BASE64));
  });

  for (const value of [
    '',
    'k1',
    `k1:`,
    `:${BASE64}`,
    `k 1:${BASE64}`,
    `k1:${BASE64}x`,
    'k1:c2hvcnQ=',
    `k1:${BASE64},`,
  ]) {
    it(`are refused, with a line that says how to make one: ${JSON.stringify(value.replace(BASE64, '…'))}`, () => {
      assert.throws(
        () => parseEncryptionKeys(value),
        (error) =>
          error instanceof ConfigurationError &&
          /TOKEN_ENCRYPTION_KEYS must .*entry \d .*openssl/.test(error.message) &&
          !error.message.includes(BASE64),
      );
    });
  }

  it('are refused when two have one id', () => {
    assert.throws(() => parseEncryptionKeys(`k1:${BASE64},k1:${BASE64}`), /k1 twice/);
  });

  describe('when unset', () => {
    let folder: string;
    const open = () => new JsonFileStore({ path: folder, log: pino({ level: 'silent' }) });

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'keys-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('are made once, for all processes, and kept where only the owner can read them', async () => {
      const [one, other] = await Promise.all([
        loadEncryptionKeys(open(), undefined),
        loadEncryptionKeys(open(), undefined),
      ]);
      assert.ok(one[0].key.equals(other[0].key));
      assert.equal(one[0].kid, other[0].kid);
      assert.equal((await stat(join(folder, 'token_encryption_keys.json'))).mode & 0o777, 0o600);
    });

    it('are not replaced when their document holds something else', async () => {
      await open().write('token_encryption_keys.json', { other: true });
      await assert.rejects(loadEncryptionKeys(open(), undefined), ConfigurationError);
    });
  });
});

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { base64url, CompactEncrypt, decodeProtectedHeader } from 'jose';
import { DocumentCipher, UnreadableDocumentError } from '../../../lib/enterprise/tokens/document-cipher.ts';
import { parseEncryptionKeys } from '../../../lib/enterprise/tokens/encryption-keys.ts';

const key = (kid: string, byte: number) => `${kid}:${Buffer.alloc(32, byte).toString('base64')}`;
const cipherOf = (...keys: string[]) => new DocumentCipher(parseEncryptionKeys(keys.join(',')));

describe('DocumentCipher', () => {
  it('gives back what it encrypted, and the id of the key', async () => {
    const cipher = cipherOf(key('k1', 1));
    const content = { access_token: 'ghu_ä', expires_at: 1 };
    const jwe = await cipher.encrypt('users/github/1/github_token.json', content);
    assert.deepEqual(await cipher.decrypt('users/github/1/github_token.json', jwe), { content, kid: 'k1' });
    assert.deepEqual(decodeProtectedHeader(jwe), {
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'k1',
      aud: 'users/github/1/github_token.json',
    });
  });

  it('never encrypts to the same text twice', async () => {
    const cipher = cipherOf(key('k1', 1));
    assert.notEqual(await cipher.encrypt('a', {}), await cipher.encrypt('a', {}));
  });

  it('encrypts with the first key, and decrypts with each', async () => {
    const jwe = await cipherOf(key('old', 1)).encrypt('a', { n: 1 });
    const both = cipherOf(key('new', 2), key('old', 1));
    assert.deepEqual(await both.decrypt('a', jwe), { content: { n: 1 }, kid: 'old' });
    assert.equal(decodeProtectedHeader(await both.encrypt('a', {})).kid, 'new');
  });

  it('refuses a key id that it does not know, and a key that is another', async () => {
    const jwe = await cipherOf(key('k1', 1)).encrypt('a', {});
    await assert.rejects(cipherOf(key('k2', 1)).decrypt('a', jwe), /no key with the id "k1"/);
    await assert.rejects(cipherOf(key('k1', 2)).decrypt('a', jwe), /forged or damaged/);
  });

  it('refuses what was written for another place', async () => {
    const cipher = cipherOf(key('k1', 1));
    await assert.rejects(cipher.decrypt('b', await cipher.encrypt('a', {})), /written for another place/);
  });

  it('refuses a header that was changed, and an algorithm that is not its own', async () => {
    const cipher = cipherOf(key('k1', 1));
    const [, ...rest] = (await cipher.encrypt('a', {})).split('.');
    const forged = [
      base64url.encode(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid: 'k1', aud: 'b' })),
      ...rest,
    ];
    await assert.rejects(cipher.decrypt('b', forged.join('.')), UnreadableDocumentError);
    const wrapped = await new CompactEncrypt(new TextEncoder().encode('{}'))
      .setProtectedHeader({ alg: 'A256KW', enc: 'A256GCM', kid: 'k1', aud: 'a' })
      .encrypt(Buffer.alloc(32, 1));
    await assert.rejects(cipher.decrypt('a', wrapped), UnreadableDocumentError);
  });

  it('refuses every change of one character', async () => {
    const cipher = cipherOf(key('k1', 1));
    const jwe = await cipher.encrypt('a', { access_token: 'ghu_x' });
    await fc.assert(
      fc.asyncProperty(
        fc.nat(jwe.length - 1),
        fc.constantFrom(...Array.from('AZaz09-_.~ ')),
        async (at, character) => {
          // The last character of a base64url text has bits that are not used.
          const isUnusedBits = jwe[at + 1] === '.' || at === jwe.length - 1;
          fc.pre(jwe[at] !== character && !isUnusedBits);
          const changed = jwe.slice(0, at) + character + jwe.slice(at + 1);
          await assert.rejects(cipher.decrypt('a', changed), UnreadableDocumentError);
        },
      ),
    );
  });

  it('quotes nothing of what it could not read', async () => {
    const cipher = cipherOf(key('k1', 1));
    const notJson = await new CompactEncrypt(new TextEncoder().encode('ghu_plain'))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: 'k1', aud: 'a' })
      .encrypt(Buffer.alloc(32, 1));
    await assert.rejects(
      cipher.decrypt('a', notJson),
      (error) => !inspect(error, { depth: 9 }).includes('ghu_'),
    );
  });
});

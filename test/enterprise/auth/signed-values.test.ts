import assert from 'node:assert/strict';
import { sign } from 'cookie-signature';
import { SignedValues } from '../../../lib/enterprise/auth/signed-values.ts';
import { Secret } from '../../../lib/oss/secret.ts';

describe('SignedValues', () => {
  const old = new Secret('an old secret of at least 32 characters');
  const current = new Secret('the current secret, 32 characters as well');
  let time = 1_000;
  const now = () => time;
  const values = new SignedValues({ secrets: [current, old], now });

  beforeEach(() => {
    time = 1_000;
  });

  it('gives back what was written, with its lifetime', () => {
    const value = values.write('greeting', { hello: 'world' }, 500);
    assert.deepEqual(values.read('greeting', value), {
      hello: 'world',
      purpose: 'greeting',
      issued_at: 1_000,
      ends_at: 1_500,
    });
  });

  it('refuses a value for another purpose', () => {
    assert.equal(values.read('auth', values.write('flow', {}, 500)), undefined);
  });

  it('refuses a value from the moment it ends', () => {
    const value = values.write('auth', {}, 500);
    time = 1_499;
    assert.ok(values.read('auth', value));
    time = 1_500;
    assert.equal(values.read('auth', value), undefined);
  });

  it('refuses a value that it has read before for another purpose, when it ends, and with a character changed', () => {
    const value = values.write('auth', { github_user_id: '583231' }, 500);
    for (let n = 0; n < 2; n += 1) assert.equal(values.read('auth', value)?.github_user_id, '583231');
    assert.equal(values.read('flow', value), undefined);
    for (let at = 0; at < value.length; at += 1) {
      const changed = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
      assert.equal(values.read('auth', changed), undefined, `changed at ${at}`);
    }
    time = 1_500;
    assert.equal(values.read('auth', value), undefined);
  });

  it('gives what was written each time, whatever its reader has made of it before', () => {
    const value = values.write('auth', { github_user_id: '583231' }, 500);
    Object.assign(values.read('auth', value)!, { github_user_id: '1' });
    assert.equal(values.read('auth', value)?.github_user_id, '583231');
  });

  it('reads what any of the secrets signed, and signs with the first', () => {
    const before = new SignedValues({ secrets: [old], now });
    const after = new SignedValues({ secrets: [current], now });
    assert.ok(values.read('auth', before.write('auth', {}, 500)));
    assert.ok(after.read('auth', values.write('auth', {}, 500)));
    assert.equal(before.read('auth', values.write('auth', {}, 500)), undefined);
  });

  it('refuses a secret that has been taken out', () => {
    const after = new SignedValues({ secrets: [current], now });
    assert.equal(
      after.read('auth', new SignedValues({ secrets: [old], now }).write('auth', {}, 500)),
      undefined,
    );
  });

  it('refuses a value with any one character changed', () => {
    const value = values.write('auth', { github_user_id: '583231' }, 500);
    for (let at = 0; at < value.length; at += 1) {
      const changed = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
      assert.equal(values.read('auth', changed), undefined, `changed at ${at}`);
    }
  });

  it('refuses what is no signed value at all', () => {
    for (const value of ['', '.', 'x', 'a.b', 's:a.b', 'e30', 'x'.repeat(5_000)]) {
      assert.equal(values.read('auth', value), undefined, value.slice(0, 10));
    }
  });

  it('refuses a rightly signed value that is no JSON object', () => {
    for (const content of [
      '',
      'nonsense',
      'null',
      '1',
      '"text"',
      '[]',
      '[{"purpose":"auth"}]',
      '{',
      '\uFEFF',
    ]) {
      const encoded = Buffer.from(content).toString('base64url');
      assert.equal(values.read('auth', sign(encoded, current.reveal())), undefined, content);
    }
  });

  it('refuses a rightly signed value without an end', () => {
    const endless = Buffer.from(JSON.stringify({ purpose: 'auth', issued_at: 0 })).toString('base64url');
    assert.equal(values.read('auth', sign(endless, current.reveal())), undefined);
  });
});

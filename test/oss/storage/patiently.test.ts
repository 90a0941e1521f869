import assert from 'node:assert/strict';
import { patiently } from '../../../lib/oss/storage/patiently.ts';

/** An operation that fails so often before it succeeds. */
function failing(
  times: number,
  code: string,
): { readonly run: () => Promise<string>; readonly calls: number } {
  let calls = 0;
  return {
    run: async () => {
      calls += 1;
      if (calls <= times) throw Object.assign(new Error(code), { code });
      return Promise.resolve('done');
    },
    get calls() {
      return calls;
    },
  };
}

const PAUSES = [0, 0, 0];

describe('A file that another program has open', () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY']) {
    it(`is tried again on Windows, which says ${code}`, async () => {
      const operation = failing(3, code);
      assert.equal(await patiently(operation.run, 'win32', PAUSES), 'done');
      assert.equal(operation.calls, 4);
    });
  }

  it('is given up in the end, with the error of the system', async () => {
    const operation = failing(9, 'EBUSY');
    await assert.rejects(patiently(operation.run, 'win32', PAUSES), { code: 'EBUSY' });
    assert.equal(operation.calls, 4);
  });

  it('is tried once where the same errors mean that it may not be replaced', async () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const operation = failing(1, 'EPERM');
      await assert.rejects(patiently(operation.run, platform, PAUSES), { code: 'EPERM' });
      assert.equal(operation.calls, 1);
    }
  });

  it('is tried once for any other error', async () => {
    const operation = failing(1, 'ENOENT');
    await assert.rejects(patiently(operation.run, 'win32', PAUSES), { code: 'ENOENT' });
    assert.equal(operation.calls, 1);
  });
});

import assert from 'node:assert/strict';
import { type ErrorCodeTable, OSS_ERROR_CODES } from '../../../lib/oss/error-codes.ts';
import { StorageError } from '../../../lib/oss/storage/storage-error.ts';
import { STORAGE_FAILURES, type StorageFailure } from '../../../lib/oss/storage/storage-failure.ts';
import { unusableFolder } from '../../../lib/oss/storage/unusable-folder.ts';

describe('A failure of a store', () => {
  const codes: ErrorCodeTable = OSS_ERROR_CODES;

  it('has a code and a status that are documented, and asks to come back only when that may help', () => {
    for (const failure of Object.keys(STORAGE_FAILURES) as StorageFailure[]) {
      const { status, code, headers, message } = new StorageError(new Error('secret'), failure);
      assert.ok(codes[code]?.statuses.includes(status), failure);
      assert.equal('Retry-After' in headers, status === 503, failure);
      assert.doesNotMatch(message, /secret/);
    }
  });

  it('of the file system is told by its errno, with what to do', () => {
    for (const [code, failure, advice] of [
      ['ENOSPC', 'full', /make room/],
      ['EDQUOT', 'full', /quota/],
      ['EFBIG', 'full', /ulimit/],
      ['EROFS', 'read_only', /mount/],
      ['EACCES', 'refused', /chown/],
      ['EPERM', 'refused', /chown/],
      ['ENOTDIR', 'away', /remove/],
      ['EEXIST', 'away', /remove/],
      ['EIO', 'away', /Mend it/],
      ['ESTALE', 'away', /Mend it/],
      ['toString', 'away', /Mend it/],
    ] as const) {
      const cause = Object.assign(new Error(`${code}: it fails`), { code });
      const error = new StorageError(cause);
      assert.equal(error.failure, failure, code);
      assert.match(unusableFolder('/store', error).message, advice, code);
    }
    assert.equal(new StorageError(new Error('without a code')).failure, 'away');
  });
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../package/packed.ts';
import { documentationPages } from './code-blocks.ts';

describe('README.md', () => {
  it('links every page of the documentation', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    assert.deepEqual(
      documentationPages().filter((page) => page !== 'README.md' && !readme.includes(`](${page})`)),
      [],
    );
  });
});

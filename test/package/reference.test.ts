import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './packed.ts';

describe('The API reference', () => {
  it('is made without a warning', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reference-'));
    try {
      const typedoc = join(root, 'node_modules', 'typedoc', 'bin', 'typedoc');
      await promisify(execFile)(process.execPath, [typedoc, '--out', folder], { cwd: root });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ENTRY_POINTS, type EntryPoint, reportApi } from '../../build/api-report.ts';
import { root } from './packed.ts';

describe('The public surface', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'api-'))));
  after(() => rm(folder, { recursive: true }));

  for (const entryPoint of Object.keys(ENTRY_POINTS) as EntryPoint[]) {
    it(`of ${entryPoint} is the one that api/${entryPoint}.api.md shows`, async () => {
      reportApi(entryPoint, folder);
      const [actual, expected] = await Promise.all(
        [folder, join(root, 'api')].map((place) => readFile(join(place, `${entryPoint}.api.md`), 'utf8')),
      );
      assert.equal(actual, expected, 'If the change is meant: npm run api, and a line in CHANGELOG.md.');
    });
  }
});

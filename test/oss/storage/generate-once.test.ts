import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { generateOnce } from '../../../lib/oss/storage/generate-once.ts';
import { JsonFileStore } from '../../../lib/oss/storage/json-file-store.ts';

describe('generateOnce', () => {
  let folder: string;
  const open = () => new JsonFileStore({ path: folder, log: pino({ level: 'silent' }) });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generate-once-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('makes one document however many processes start at once, and gives it to all', async () => {
    let made = 0;
    const make = () => ({ made: (made += 1) });
    const given = await Promise.all(
      Array.from({ length: 10 }, () => generateOnce(open(), 'secrets.json', make)),
    );
    assert.deepEqual(given, Array(10).fill({ made: 1 }));
    assert.deepEqual(await open().read('secrets.json'), { made: 1 });
  });

  it('makes nothing when there is a document already', async () => {
    await open().write('secrets.json', { old: true });
    const make = () => assert.fail('made one');
    assert.deepEqual(await generateOnce(open(), 'secrets.json', make), { old: true });
  });
});

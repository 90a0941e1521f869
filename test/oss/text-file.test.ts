import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTextFile } from '../../lib/oss/text-file.ts';
import { ENCODINGS } from '../text-encodings.ts';

describe('readTextFile', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'text-file-'));
    file = join(folder, 'text');
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [name, encode] of ENCODINGS) {
    it(`reads ${name}`, async () => {
      for (const text of ['żółw 🐢\r\nsecond', '']) {
        await writeFile(file, encode(text));
        assert.equal(await readTextFile(file), text);
      }
    });
  }

  it('takes only a mark at the beginning for one', async () => {
    await writeFile(file, '\uFEFFa\uFEFFb');
    assert.equal(await readTextFile(file), 'a\uFEFFb');
  });

  it('refuses what is no text, rather than to read half of it', async () => {
    const unmarked = Buffer.from('NAME=value', 'utf16le');
    const utf32 = Buffer.from([0xff, 0xfe, 0, 0, 0x41, 0, 0, 0]);
    for (const bytes of [unmarked, utf32]) {
      await writeFile(file, bytes);
      await assert.rejects(readTextFile(file), /no text in UTF-8/);
    }
  });
});

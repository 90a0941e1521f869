import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from '../../lib/cli/env-file.ts';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { ENCODINGS } from '../text-encodings.ts';

describe('readEnvFile', () => {
  let folder: string;
  let file: string;
  const read = async (text: string | Buffer) => {
    await writeFile(file, text);
    return readEnvFile(file);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'env-file-'));
    file = join(folder, '.env');
  });
  afterEach(() => rm(folder, { recursive: true }));

  for (const [name, encode] of ENCODINGS) {
    it(`loses no variable in ${name}`, async () => {
      const text =
        'OPENHANDS_CONFIG_CLS=./x.ts#X\r\n# a comment\r\n\r\nexport GREETING="grüß\n dich" # so\nEMPTY=\n';
      assert.deepEqual(await read(encode(text)), {
        OPENHANDS_CONFIG_CLS: './x.ts#X',
        GREETING: 'grüß\n dich',
        EMPTY: '',
      });
    });
  }

  it('reads the line ends of every system', async () => {
    assert.deepEqual(await read('A=1\rB=2\r\nC=3\nD=4'), { A: '1', B: '2', C: '3', D: '4' });
  });

  const values: readonly [string, string][] = [
    ['plain', 'plain'],
    ['  blanks around \t', 'blanks around'],
    ['', ''],
    ['./config.ts#Config', './config.ts#Config'],
    ['a#b # comment', 'a#b'],
    [' # comment', ''],
    ['"a # b" # comment', 'a # b'],
    ['"two\\nlines"', 'two\nlines'],
    ["'two\\nlines'", 'two\\nlines'],
    ['"it\'s"', "it's"],
    ["'$HOME `so` ~'", '$HOME `so` ~'],
    ['"~/store"', '~/store'],
    [String.raw`"a\"b\\c\$d\`e"`, 'a"b\\c$d`e'],
    [String.raw`"C:\data"`, String.raw`C:\data`],
    [String.raw`C:\data\store`, String.raw`C:\data\store`],
    ['"one \\\nline"', 'one line'],
    ['a~b', 'a~b'],
    ['5$', '5$'],
    ['20/second;600/minute', '20/second;600/minute'],
    ['k1:AAAA=', 'k1:AAAA='],
  ];
  for (const [written, value] of values) {
    it(`reads the value ${JSON.stringify(written)}`, async () => {
      assert.deepEqual(await read(`# first\n  # indented\n\nA=${written}\nB=2`), { A: value, B: '2' });
    });
  }

  const ofAShell: readonly [string, RegExp][] = [
    ['$HOME/store', /nothing is put in the place of \$/],
    ['a${B}c', /nothing is put in the place of \$/],
    ['"a$B"', /nothing is put in the place of \$/],
    ['"two\nlines $(cat secret)"', /nothing is put in the place of \$/],
    ['k1:$(openssl rand -base64 32)', /nothing is put in the place of \$/],
    ['`openssl rand -hex 32`', /nothing is put in the place of .* `/],
    ['~/store', /nothing is put in the place of .*~/],
    ['~', /nothing is put in the place of .*~/],
    ['~hubot/store', /nothing is put in the place of .*~/],
    ['"not closed', /a quote has to stand around the whole value/],
    ["'not closed", /a quote has to stand around the whole value/],
    ['"a" b', /a quote has to stand around the whole value/],
    ['a"b"c', /a quote has to stand around the whole value/],
    ["it's", /a quote has to stand around the whole value/],
    [String.raw`my\ store`, /a backslash keeps nothing/],
    ['joined\\', /a backslash keeps nothing/],
  ];
  for (const [written, complaint] of ofAShell) {
    it(`refuses ${JSON.stringify(written)}, which a shell would read in another way`, async () => {
      await assert.rejects(read(`# first\nSECRET=${written}\nB=2`), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, /^\S+\.env, line 2, SECRET: [^\n]+\.$/);
        assert.match(error.message, complaint);
        assert.ok(written === '~' || !error.message.includes(written));
        return true;
      });
    });
  }

  it('tells all values that it refuses at once', async () => {
    await assert.rejects(read('A=$HOME\nB=2\nC="not closed\n'), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.complaints.length, 2);
      assert.match(error.message, /line 1, A: .* line 3, C: /);
      return true;
    });
  });

  it('reads nothing where there is no file', async () => {
    assert.deepEqual(await readEnvFile(file), {});
  });

  const lost: readonly [string, string, number][] = [
    ['a byte order mark in the middle, as two files joined have it', 'A=1\n\uFEFFB=2\n', 2],
    ['a blank that is none', 'A=1\n\u00A0B=2\n', 2],
    ['another notation', 'A=1\nOPENHANDS_CONFIG_CLS: ./x.ts#X\nB=2\n', 2],
    ['another notation in the last line', 'A=1\nOPENHANDS_CONFIG_CLS: ./x.ts#X', 2],
    ['an invisible mark before a comment', 'A=1\n\uFEFF# comment\nB=2\n', 2],
    ['a name with blanks', 'A B=1', 1],
    ['a value without a name', 'A="x\ny"\n=1\nB=2', 3],
  ];
  for (const [what, text, line] of lost) {
    it(`refuses ${what}, and says where`, async () => {
      await assert.rejects(read(text), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, new RegExp(`\\.env, line ${line}, has to be NAME=value`));
        assert.doesNotMatch(error.message, /\n|x\.ts/);
        return true;
      });
    });
  }

  it('refuses what cannot be read, in one line', async () => {
    const folderInstead = join(folder, 'folder');
    await mkdir(folderInstead);
    const link = join(folder, 'link');
    await symlink(join(folder, 'gone'), link);
    await writeFile(file, Buffer.from('A=1', 'utf16le'));
    for (const path of [folderInstead, link, file]) {
      await assert.rejects(readEnvFile(path), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, new RegExp(`^${path} cannot be read: [^\\n]+$`));
        return true;
      });
    }
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { AllowList } from '../../../lib/enterprise/auth/allow-list.ts';
import { ConfigurationError } from '../../../lib/oss/errors.ts';
import { ENCODINGS } from '../../text-encodings.ts';

describe('AllowList', () => {
  let folder: string;
  let file: string;
  let logged: string[];
  let list: AllowList;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'allow-list-'));
    file = join(folder, 'users.txt');
    logged = [];
    list = new AllowList({ file, log: pino({}, { write: (line) => logged.push(line) }) });
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lets everyone in without a file', async () => {
    assert.equal(
      await new AllowList({ file: undefined, log: pino({ enabled: false }) }).allows('anybody'),
      true,
    );
  });

  it('knows the logins of its lines, whatever their case, and nobody else', async () => {
    await writeFile(file, '\uFEFFOctoCat\r\n\r\n  hubot  \n# monalisa\n');
    await list.verify();
    assert.deepEqual(
      await Promise.all(
        ['octocat', 'HUBOT', 'monalisa', '# monalisa', '', 'octo'].map((login) => list.allows(login)),
      ),
      [true, true, false, false, false, false],
    );
  });

  for (const [name, encode] of ENCODINGS) {
    it(`reads ${name}`, async () => {
      await writeFile(file, encode('octocat\r\nhubot\n'));
      await list.verify();
      assert.deepEqual(await Promise.all(['octocat', 'hubot', ''].map((login) => list.allows(login))), [
        true,
        true,
        false,
      ]);
    });
  }

  it('names the lines that can be no login, at the start and whenever it has changed', async () => {
    await writeFile(
      file,
      'octocat\n@hubot\n# a comment\nmona lisa\nold-login-\ncat_acme\ndependabot[bot]\nhubot # our robot\n' +
        'cat@example.com\nhttps://github.com/cat\ncat,dog\n-cat\nSECRET=1\n',
    );
    await list.verify();
    const [line, ...more] = logged.map(
      (one) => JSON.parse(one) as { level: number; lines: number[]; msg: string },
    );
    assert.deepEqual(more, []);
    assert.equal(line?.level, 40);
    assert.deepEqual(line.lines, [2, 4, 8, 9, 10, 11, 12, 13]);
    assert.match(line.msg, /^GITHUB_USER_LIST_FILE .* one login a line/);
    assert.doesNotMatch(logged.join(''), /hubot|example|SECRET/);
    assert.equal(await list.allows('octocat'), true);
    assert.equal(logged.length, 1);

    await writeFile(file, '?\n'.repeat(1_000));
    assert.equal(await list.allows('octocat'), false);
    const { lines, count } = JSON.parse(logged[1]!) as { lines: number[]; count: number };
    assert.deepEqual([lines.length, count], [10, 1_000]);
  });

  it('says nothing of a list in which every line may be a login', async () => {
    await writeFile(file, 'octocat\nOCTO-cat\n7cats\n');
    await list.verify();
    assert.deepEqual(logged, []);
  });

  it('is read again when the file changes', async () => {
    await writeFile(file, 'octocat\n');
    await list.verify();
    await writeFile(file, 'monalisa\n');
    assert.equal(await list.allows('octocat'), false);
    assert.equal(await list.allows('monalisa'), true);
  });

  it('refuses to start without its file, in one line that names the variable', async () => {
    await assert.rejects(list.verify(), (err) => {
      assert.ok(err instanceof ConfigurationError);
      assert.match(err.message, /^GITHUB_USER_LIST_FILE: .*users\.txt cannot be read\./);
      assert.doesNotMatch(err.message, /\n/);
      return true;
    });
  });

  it('holds on to the last list when the file goes away, and says so', async () => {
    await writeFile(file, 'octocat\n');
    await list.verify();
    await rm(file);
    assert.equal(await list.allows('octocat'), true);
    assert.equal(await list.allows('monalisa'), false);
    assert.match(logged.join(''), /cannot be read; the last one read still holds/);
  });
});

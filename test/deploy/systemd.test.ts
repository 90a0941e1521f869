import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const UNIT = new URL('../../deploy/openhands-express.service', import.meta.url);

describe('The systemd unit', () => {
  let folder: string;
  let unit: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'systemd-'));
    unit = join(folder, 'openhands-express.service');
    // Whether the programs are there is no matter of the unit.
    const text = await readFile(UNIT, 'utf8');
    await writeFile(unit, text.replace('/usr/bin/node', process.execPath));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  function analyze(...args: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr, error } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    if (error)
      throw new Error('systemd-analyze is missing. On Debian: apt-get install systemd', { cause: error });
    return { status, output: stdout + stderr };
  }

  it('is understood by systemd, word for word', () => {
    const { status, output } = analyze('verify', '--man=no', unit);
    assert.equal(output, '');
    assert.equal(status, 0);
  });

  it('leaves the process little to do harm with', () => {
    const { status, output } = analyze('security', '--offline=true', '--threshold=30', unit);
    assert.equal(status, 0, output);
  });

  it('lets Node keep what it has compiled in a folder that nobody else can put anything into', async () => {
    const text = await readFile(UNIT, 'utf8');
    const [, name] = /^CacheDirectory=(\S+)$/m.exec(text) ?? [];
    assert.match(text, /^CacheDirectoryMode=0700$/m);
    assert.ok(name !== undefined && text.includes(`Environment=NODE_COMPILE_CACHE=/var/cache/${name}\n`));
  });

  it('starts the program that the package has', async () => {
    const program = /^ExecStart=\S+ node_modules\/openhands-express\/(\S+) serve$/m.exec(
      await readFile(UNIT, 'utf8'),
    );
    const { bin } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      bin: Record<string, string>;
    };
    assert.equal(`./${program?.[1] ?? ''}`, bin['openhands-express']);
  });
});

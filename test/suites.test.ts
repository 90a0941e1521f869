import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

interface Settings {
  readonly spec: readonly string[];
  readonly ignore?: readonly string[];
}

async function settingsIn(folder: string): Promise<Settings> {
  return JSON.parse(await readFile(join(root, folder, '.mocharc.json'), 'utf8')) as Settings;
}

describe('npm test', () => {
  it('leaves out the files of the suites that have a command of their own', async () => {
    const { ignore = [] } = await settingsIn('.');
    const files = await readdir(join(root, 'test'), { recursive: true });
    const suites = files.filter((file) => /^[^/\\]+[/\\]\.mocharc\.json$/.test(file));
    const run: string[] = [];
    for (const suite of suites.map((file) => `test/${file.slice(0, -'/.mocharc.json'.length)}`)) {
      const { spec } = await settingsIn(suite);
      // What lies elsewhere is run by both, such as the properties of which npm test takes a quarter.
      const own = spec.filter((pattern) => pattern.startsWith(`${suite}/`));
      if (!ignore.includes(`${suite}/**`)) run.push(...own.filter((pattern) => !ignore.includes(pattern)));
    }
    assert.notEqual(suites.length, 0);
    assert.deepEqual(run, []);
  });
});

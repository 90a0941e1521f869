import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const page = new URL('../../docs/testing.md', import.meta.url);
const suite = new URL(`./.testing-page-${process.pid}.ts`, import.meta.url);

describe('docs/testing.md', () => {
  afterEach(() => rm(suite, { force: true }));

  it('shows a test suite that passes', async () => {
    const blocks = [...(await readFile(page, 'utf8')).matchAll(/^```ts\n(.*?)^```$/gms)].map(
      ([, code]) => code,
    );
    assert.ok(blocks.length > 4);
    await writeFile(
      suite,
      blocks.join('\n').replaceAll("'openhands-express/testing'", "'../../lib/testing/index.ts'"),
    );
    const mocha = new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url);
    const { stdout } = await promisify(execFile)(process.execPath, [
      mocha.pathname,
      '--no-config',
      // As in .mocharc.json: everything has to be loaded as ES modules, or classes would exist twice.
      '--node-option=import=tsx,no-experimental-require-module',
      suite.pathname,
    ]);
    assert.match(stdout, /7 passing/);
  });
});

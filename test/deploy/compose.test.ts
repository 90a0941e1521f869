import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPOSE = new URL('../../deploy/compose.yaml', import.meta.url);
const LINTER = fileURLToPath(new URL('bin/dclint.cjs', import.meta.resolve('dclint/package.json')));
const SILENCED = [
  // The image is the one that is built, under the name that several services use it by.
  'no-build-and-image',
  'service-image-require-explicit-tag',
  // Services and their keys are in the order of reading, and their quotes are Prettier's.
  'services-alphabetical-order',
  'service-keys-order',
  'no-quotes-in-volumes',
];

describe('The compose file', () => {
  let folder: string;
  let text: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compose-'));
    text = await readFile(COMPOSE, 'utf8');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What is wrong with it by the schema of the Compose Specification, and what a linter finds besides. */
  async function faultsOf(compose: string): Promise<string[]> {
    const path = join(folder, 'compose.yaml');
    await writeFile(path, compose);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [LINTER, path, '--formatter', 'json', ...SILENCED.flatMap((rule) => ['--disable-rule', rule])],
      { encoding: 'utf8', cwd: folder },
    );
    assert.equal(stderr, '');
    const [report] = JSON.parse(stdout) as { messages: { rule: string; message: string }[] }[];
    return report!.messages.map(({ rule, message }) => `${rule}: ${message}`);
  }

  it('is one by the Compose Specification, and nothing that a linter finds fault with', async () => {
    assert.deepEqual(await faultsOf(text), []);
  });

  it('would not be one with a word that is misspelled, or a value of another kind', async () => {
    for (const [right, wrong] of [
      ['stop_grace_period:', 'stop_grace:'],
      ['read_only: true', 'read_only: [true]'],
      ['condition: service_healthy', 'condition: healthy'],
      ['interval: 5s', 'interval: [5s]'],
      ['init: true', 'init: {}'],
    ] as const) {
      assert.ok(text.includes(right), right);
      assert.match((await faultsOf(text.replace(right, wrong))).join('\n'), /^invalid-schema: /m, wrong);
    }
  });

  it('would be found fault with, if it published a port to the world', async () => {
    const open = text.replace('127.0.0.1:3000:3000', '3000:3000');
    assert.match((await faultsOf(open)).join('\n'), /^no-unbound-port-interfaces: /m);
  });
});

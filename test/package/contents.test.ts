import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packed } from './fixture.ts';
import { root } from './packed.ts';

const run = promisify(execFile);

describe('The packed package', () => {
  it('holds what is built, its licenses and its texts, and nothing else', () => {
    const others = packed().files.filter((path) => !/^(dist|docs|deploy|examples)\//.test(path));
    assert.deepEqual(others.sort(), [
      '.env.example',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'Dockerfile',
      'LICENSE',
      'README.md',
      'lib/enterprise/LICENSE',
      'llms.txt',
      'package.json',
    ]);
  });

  it('holds no test, no build leftover and no program that somebody runs from source', () => {
    const strange = packed().files.filter(
      (path) =>
        path.startsWith('dist/') &&
        !/^dist\/(((inspector|learn)\/)?page\/.*|learn\/jest\.(d\.cts|cjs)|.*\.(d\.ts|js|js\.map))$/.test(
          path,
        ),
    );
    assert.deepEqual(strange, []);
    assert.deepEqual(
      packed().files.filter((path) =>
        /^dist\/.*\.test\.|\.tsbuildinfo|^dist\/(server\.js|demo\/|test\/)/.test(path),
      ),
      [],
    );
  });

  it('holds everything that package.json points to', async () => {
    const { exports, bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
      bin: Record<string, string>;
    };
    const targets = [...Object.values(exports), bin].flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    assert.deepEqual(
      targets.filter((target) => !packed().files.includes(target.replace('./', ''))),
      [],
    );
  });

  it('has nothing for publint to complain of', async () => {
    const tarball = await readFile(packed().tarball);
    const { messages, pkg } = await publint({
      strict: true,
      pack: { tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) },
    });
    assert.deepEqual(
      messages.map((message) => formatMessage(message, pkg)),
      [],
    );
  });

  it('has types that are right for every entry point, says attw', async () => {
    // `require` of ES modules, which Node has since 20.19, is tried out in projects.test.ts; attw does not know of it.
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const args = [attw, packed().tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color'];
    await run(process.execPath, args).catch((error: unknown) => {
      assert.fail((error as { stdout: string }).stdout);
    });
  });
});

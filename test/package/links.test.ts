import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path/posix';
import { packed } from './fixture.ts';
import { root } from './packed.ts';

/** Where a link of a page leads to, from the root of the package; none for other sites and the page itself. */
function targetsOf(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    const [path = ''] = link.split('#');
    return path === '' || /^\w+:/.test(path) ? [] : [normalize(join(dirname(page), path)).replace(/\/$/, '')];
  });
}

describe('The texts of the packed package', () => {
  it('link to what is in the package, and to nothing else', async () => {
    const { files } = packed();
    const pages = files.filter((path) => /^(?!dist\/|examples\/[^/]+\/).*\.(md|txt)$/.test(path));
    assert.ok(pages.includes('llms.txt') && pages.includes('docs/github-app.md'), pages.join());
    const broken: string[] = [];
    for (const page of pages) {
      for (const target of targetsOf(page, await readFile(join(root, page), 'utf8'))) {
        const isThere = files.some((path) => path === target || path.startsWith(`${target}/`));
        if (!isThere || !existsSync(join(root, target))) broken.push(`${page} -> ${target}`);
      }
    }
    assert.deepEqual(broken, []);
  });

  it('name each page of the documentation in llms.txt', async () => {
    const named = targetsOf('llms.txt', await readFile(join(root, 'llms.txt'), 'utf8'));
    const pages = packed().files.filter((path) => /^docs\/.*\.md$/.test(path));
    assert.deepEqual(
      pages.filter((page) => !named.includes(page)),
      [],
    );
  });

  it('are no secrets of who has packed it: no .env, no store', () => {
    assert.deepEqual(
      packed().files.filter((path) => /(^|\/)(\.openhands|node_modules)\/|(^|\/)[^/]*\.env$/.test(path)),
      [],
    );
  });
});

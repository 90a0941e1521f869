import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { OpenApiDocument } from '../../lib/oss/openapi/openapi-types.ts';
import { testApp } from '../../lib/testing/index.ts';

/** A method and a path, as in `GET /api/settings`. */
type Address = string;

describe('docs/migration.md', () => {
  it('compares every address of both editions with the Python server', async () => {
    const page = await readFile(new URL('../../docs/migration.md', import.meta.url), 'utf8');
    const rows = page.matchAll(/^\| (GET|POST) (`\/[^|]*`) +\| (?:same|mended|different|new) +\|/gm);
    const compared = new Set<Address>();
    for (const [, method, paths] of rows) {
      for (const [, path] of paths!.matchAll(/`([^`]+)`/g)) compared.add(`${method} ${path}`);
    }
    const missing = [
      ...new Set([...(await addressesOf('oss')), ...(await addressesOf('enterprise'))]),
    ].filter((address) => !compared.has(address));
    assert.deepEqual(missing, []);
  });
});

/** What an edition says of itself. */
async function addressesOf(edition: 'oss' | 'enterprise'): Promise<Address[]> {
  const app = await testApp(edition);
  try {
    const response = await fetch(`${app.url}/api/openapi.json`);
    const { paths } = (await response.json()) as OpenApiDocument;
    return Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
  } finally {
    await app.close();
  }
}

import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SAAS_ERROR_CODES } from '../../lib/enterprise/error-codes.ts';
import { KEYCLOAK_ERROR_CODES } from '../../lib/enterprise/keycloak/error-codes.ts';
import { type ErrorCodeTable, OSS_ERROR_CODES } from '../../lib/oss/error-codes.ts';
import type { OpenApiDocument } from '../../lib/oss/openapi/openapi-types.ts';
import { testApp } from '../../lib/testing/index.ts';
import { markdownTable } from '../docs/markdown-table.ts';

const ENTERPRISE: ErrorCodeTable = { ...OSS_ERROR_CODES, ...SAAS_ERROR_CODES };
const ALL: ErrorCodeTable = { ...ENTERPRISE, ...KEYCLOAK_ERROR_CODES };
const PAGE = new URL('../../docs/errors.md', import.meta.url);
const TABLE = /(?<=<!-- The table is written by .* -->\n\n)(?:\|.*\n)+/;

describe('The page of the error codes', () => {
  it('has a row for each code, as the tables of the editions say', async () => {
    const rows = Object.keys(ALL)
      .sort()
      .map((code) => {
        const { statuses, meaning } = ALL[code]!;
        return [`\`${code}\``, statuses.join(', '), editionOf(code), meaning];
      });
    const table = `${markdownTable([['Code', 'Status', 'Edition', 'What it means, and what to do'], ...rows])}\n`;
    const page = await readFile(PAGE, 'utf8');
    // After a change that is meant: UPDATE_TABLES=1 npm test -- -g 'The page of the error codes'
    if (process.env.UPDATE_TABLES === '1')
      await writeFile(
        PAGE,
        page.replace(TABLE, () => table),
      );
    else assert.equal(TABLE.exec(page)?.[0], table);
  });
});

function editionOf(code: string): string {
  if (code in OSS_ERROR_CODES) return 'both';
  return code in SAAS_ERROR_CODES ? 'Enterprise' : 'Enterprise behind Keycloak';
}

describe('The tables of error codes', () => {
  it('have no code in common, so that one meaning is enough', () => {
    assert.deepEqual(
      [
        ...Object.keys(SAAS_ERROR_CODES).filter((code) => code in OSS_ERROR_CODES),
        ...Object.keys(KEYCLOAK_ERROR_CODES).filter((code) => code in ENTERPRISE),
      ],
      [],
    );
  });

  it('have each status that an error is made with, and each code that is made, by edition', async () => {
    const made: string[] = [];
    for (const [folder, codes] of [
      ['oss', OSS_ERROR_CODES],
      ['inspector', OSS_ERROR_CODES],
      ['enterprise', ALL],
    ] as const) {
      const sources = await sourcesOf(folder);
      for (const [, status, code = ''] of sources.matchAll(/(?:HttpError|super)\(\s*(\d{3}),\s*'(\w+)'/g)) {
        const { statuses = [] } = (codes as ErrorCodeTable)[code] ?? {};
        assert.ok(statuses.includes(Number(status)), `${folder}: ${status} ${code}`);
      }
      made.push(sources);
    }
    assert.deepEqual(
      Object.keys(ALL).filter((code) => !made.join('\n').includes(`'${code}'`)),
      [],
    );
  });

  it('have no sentence that is longer than one can take in', () => {
    for (const [code, { meaning }] of Object.entries(ALL)) {
      assert.match(meaning, /^[A-Z][^]*\.$/, code);
      for (const sentence of meaning.split(/[.:;] /)) assert.ok(sentence.split(' ').length < 25, sentence);
    }
  });

  for (const edition of ['oss', 'enterprise'] as const) {
    it(`is what the OpenAPI of the ${edition} edition is made of`, async () => {
      const app = await testApp(edition);
      const { body } = await app.agent().get('/api/openapi.json').expect(200);
      await app.close();
      const { components, paths } = body as OpenApiDocument;
      const codes: ErrorCodeTable = edition === 'oss' ? OSS_ERROR_CODES : ENTERPRISE;
      assert.deepEqual(components.schemas.Error?.properties?.code?.enum, Object.keys(codes).sort());
      for (const [path, operations] of Object.entries(paths)) {
        for (const [method, { responses }] of Object.entries(operations)) {
          for (const [status, { content, description }] of Object.entries(responses)) {
            const { allOf: [, own] = [] } = content?.['application/json']?.schema ?? {};
            for (const code of (own?.properties?.code?.enum ?? []) as string[]) {
              assert.ok(
                codes[code]?.statuses.includes(Number(status)),
                `${method} ${path}: ${status} ${code}`,
              );
              assert.ok(description.includes(codes[code]?.meaning ?? '-'), code);
            }
          }
        }
      }
    });
  }
});

/** The code of a folder of `lib`, without the tables themselves and what describes them. */
async function sourcesOf(folder: string): Promise<string> {
  const root = fileURLToPath(new URL(`../../lib/${folder}`, import.meta.url));
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && file !== 'error-codes.ts' && !file.startsWith('openapi'),
  );
  return (await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))).join('\n');
}

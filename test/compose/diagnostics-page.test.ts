import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { RequestHandler } from 'express';
import GithubSlugger from 'github-slugger';
import { type Routes, type Stack, StackError } from '../../lib/compose.ts';
import { DEVELOPMENT_WARNINGS } from '../../lib/compose/diagnose/development-warning.ts';
import { DIAGNOSTICS } from '../../lib/compose/diagnose/diagnostic.ts';
import { explanationOf } from '../../lib/compose/diagnose/explanation.ts';
import { CONFLICTS } from '../../lib/compose/run/conflict.ts';
import { type CodeBlock, codeBlocks } from '../docs/code-blocks.ts';
import { root, workshop } from '../package/packed.ts';
import { serve } from './serve.ts';
import { hold } from './warn/developing.ts';

const PAGE = 'docs/diagnostics.md';
const folder = join(workshop, 'diagnostics');
let examples = 0;
const TITLES = [
  ...Object.entries(DIAGNOSTICS).map(([id, { title }]) => `${id}: ${title}`),
  ...Object.entries({ ...CONFLICTS, ...DEVELOPMENT_WARNINGS }).map(([id, title]) => `${id}: ${title}`),
];

describe('The page of the diagnostics', () => {
  const text = readPage();

  before(async () => {
    await mkdir(folder, { recursive: true });
    for (const block of codeBlocks(PAGE).filter(({ file }) => file !== undefined)) await save(block);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('has a section for each id, under its title, and no other', async () => {
    const sections = [...(await text).matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    assert.deepEqual(sections, TITLES);
  });

  it('has the anchor of each id that messages give as the address of the explanation', async () => {
    const headings = [...(await text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
    const anchors = new Set(headings.map((heading) => new GithubSlugger().slug(heading)));
    for (const title of TITLES) {
      const [page, anchor = ''] = explanationOf(title.slice(0, 4), title.slice(6)).split('#');
      assert.equal(page, `openhands-express/${PAGE}`);
      assert.ok(anchors.has(anchor), anchor);
    }
    const { files } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { files: string[] };
    assert.ok(
      files.some((path) => PAGE === path || PAGE.startsWith(`${path}/`)),
      'the page ships',
    );
  });

  for (const title of TITLES) {
    const id = title.slice(0, 4);
    it(`gives ${id} for the first example of its section, and nothing for the mended one`, async () => {
      const section = (await text).split(/^### /m).find((one) => one.startsWith(title)) ?? '';
      assert.match(section, /\n\*\*How to mend it\.\*\* /);
      const [bad, good, ...more] = codeBlocks(PAGE, section.split(/^## /m)[0]);
      assert.ok(bad && good && more.length === 0, 'two examples');
      const about = (ids: readonly string[]) => ids.filter((one) => id < 'S3' || one >= 'S3');
      const found = id < 'S4' ? findings : warningsOf;
      assert.deepEqual(about(await found(bad)), [id]);
      assert.deepEqual(about(await found(good)), []);
    });
  }
});

function readPage(): Promise<string> {
  return readFile(join(root, PAGE), 'utf8');
}

/** The ids that an example gives: while it is put together, or else on a request. */
async function findings(block: CodeBlock): Promise<string[]> {
  let example: { stack: Stack; routes?: Routes };
  try {
    example = (await import(await save(block))) as typeof example;
  } catch (error) {
    if (error instanceof StackError) return error.diagnostics.map(({ id }) => id);
    throw error;
  }
  if (example.routes !== undefined) return example.routes.diagnostics.map(({ id }) => id);
  const { stack } = await serve(example.stack);
  return [...example.stack.diagnostics, ...stack.conflicts].map(({ id }) => id);
}

/** The development warnings that an example gives on three requests, each with ten seconds by a clock that is mocked. */
async function warningsOf(block: CodeBlock): Promise<string[]> {
  const { stack } = (await import(await save(block))) as { stack: RequestHandler };
  const ids: string[] = [];
  const onWarning = (warning: NodeJS.ErrnoException): void => void ids.push(warning.code ?? '');
  process.on('warning', onWarning);
  for (const path of ['/api/users', '/api/users', '/api/users']) {
    mock.timers.enable({ apis: ['setTimeout'] });
    const held = await hold(stack, { path });
    mock.timers.tick(10_000);
    mock.timers.reset();
    held.end();
  }
  await setImmediate();
  process.off('warning', onWarning);
  return ids.filter((id) => id.startsWith('S'));
}

/** Keeps an example as a module that imports the engine from here. @returns the module's address. */
async function save({ file, code }: CodeBlock): Promise<string> {
  const path = join(folder, file ?? `example-${++examples}.ts`);
  await writeFile(path, code.replaceAll("'openhands-express/compose'", "'../../lib/compose.ts'"));
  return pathToFileURL(path).href;
}

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { STORE_MARKER } from '../../lib/oss/storage/store-marker.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { pack, root, unpackInto, workshop } from '../package/packed.ts';
import { type CodeBlock, codeBlocks, documentationPages } from './code-blocks.ts';
import { checkShell, type Place, runFile, runShell } from './run-block.ts';
import { TypeChecker } from './type-check.ts';

const project = join(workshop, 'docs');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** Those that nothing is done with; a block without a language is a mistake. */
const ONLY_SHOWN = new Set([
  'text',
  'console',
  'mermaid',
  'ini',
  'yaml',
  'sql',
  'nginx',
  'http',
  'promql',
  'diff',
  'dockerfile',
  'html',
]);

describe('The code blocks of the documentation', () => {
  let github: FakeGitHub;
  let types: TypeChecker;

  before(async () => {
    await rm(project, { recursive: true, force: true });
    await mkdir(join(project, 'node_modules', '.bin'), { recursive: true });
    await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
    await unpackInto(project, await pack(join(workshop, 'docs-package')));
    await symlink(
      '../openhands-express/dist/cli/openhands-express.js',
      join(project, 'node_modules', '.bin', 'openhands-express'),
    );
    // npm does this when it installs a package.
    await chmod(join(project, 'node_modules/openhands-express/dist/cli/openhands-express.js'), 0o755);
    github = await FakeGitHub.listen();
    types = new TypeChecker(project);
  });
  after(async () => {
    await github.close();
    await rm(project, { recursive: true, force: true });
  });

  /** What a reader's shell has: the variables that the Enterprise edition needs, and a store of the page's own. */
  function placeOf({ page }: CodeBlock): Place {
    const cwd = folderOf(page);
    return {
      cwd,
      env: {
        PATH: `${join(project, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
        HOME: process.env.HOME,
        FILE_STORE_PATH: join(cwd, '.openhands'),
        LOG_LEVEL: 'warn',
        GITHUB_BASE_URL: github.url,
        GITHUB_API_URL: github.apiUrl,
        GITHUB_APP_CLIENT_ID: github.app.clientId,
        GITHUB_APP_CLIENT_SECRET: github.app.clientSecret,
      },
    };
  }

  for (const page of documentationPages()) {
    describe(page, () => {
      before(async () => {
        await mkdir(join(folderOf(page), '.openhands'), { recursive: true, mode: 0o700 });
        // A server has started on it before: commands begin no store.
        await writeFile(join(folderOf(page), '.openhands', STORE_MARKER), '{ "store_id": "of-a-page" }');
      });

      it('names the language of every block', () => {
        assert.deepEqual(
          codeBlocks(page).filter(
            ({ language }) => !['ts', 'js', 'sh', 'json', ...ONLY_SHOWN].includes(language),
          ),
          [],
        );
      });

      for (const block of codeBlocks(page)) {
        const where = `${page}:${block.line}`;
        if (block.language === 'ts' || block.language === 'js') {
          const path = join(folderOf(page), block.file ?? `block-${block.line}.${block.language}`);
          before(() => writeFile(path, block.code));
          if (block.language === 'ts') {
            it(`type-checks (${where})`, () => {
              assert.deepEqual(types.complaints(path, page, block.line), []);
            });
          }
          if (block.isRun) it(`runs (${where})`, () => runFile(path, block.code, placeOf(block)));
        } else if (block.language === 'sh') {
          if (block.isRun) {
            it(`runs (${where})`, () => runShell(block.code, placeOf(block)));
          } else {
            it(`is a script whose commands exist (${where})`, async () => {
              await checkShell(block.code, placeOf(block));
              assert.deepEqual(missingCommands(block.code), []);
            });
          }
        } else if (block.language === 'json') {
          it(`is JSON (${where})`, () => void JSON.parse(block.code));
        }
      }

      it('links to files that exist', () => {
        const text = readFileSync(join(root, page), 'utf8');
        const links = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, path = '']) => path);
        assert.deepEqual(
          links.filter((path) => !existsSync(join(root, page, '..', path))),
          [],
        );
      });
    });
  }
});

function folderOf(page: string): string {
  return join(project, page.replaceAll(/[/\\.]/g, '-'));
}

/** The npm scripts and files that a script of ours would not find. */
function missingCommands(code: string): string[] {
  const called = [...code.matchAll(/\bnpm (?:run )?([\w:-]+)/g)].map(([, name = '']) => name);
  const ofNpm = new Set(['ci', 'i', 'install', 'run', 'pack', 'exec', 'init']);
  return called.filter((name) => !ofNpm.has(name) && scripts[name] === undefined);
}

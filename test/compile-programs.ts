/**
 * What tests start as processes, compiled by esbuild from the sources as they are. Node starts the outcome with a fifth of the
 * work that tsx has with two hundred modules, since the packages are in it, too: they are most of what a start reads.
 */
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { PROGRAMS } from './programs.ts';

const root = fileURLToPath(new URL('../', import.meta.url));

/** What looks for files beside itself finds them beside its source. */
const staysInItsPlace: Plugin = {
  name: 'stays-in-its-place',
  setup(build) {
    build.onLoad({ filter: /[\\/](lib[\\/]shipped-files|demo[\\/].+)\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const place = `({ url: ${JSON.stringify(pathToFileURL(path).href)} })`;
      return { contents: source.replaceAll('import.meta', place), loader: 'ts' };
    });
  },
};

/** The tables of encodings and of file types are most of a program's text, and hardly one of them is used. */
const tablesStayOutside: Plugin = {
  name: 'tables-stay-outside',
  setup(build) {
    build.onResolve({ filter: /\.json$/ }, ({ kind, path, resolveDir }) =>
      kind === 'require-call' && path.startsWith('.')
        ? { path: join(resolveDir, path), external: true }
        : undefined,
    );
  },
};

/** As in the package: the texts of zod are in English. */
const zodInEnglish: Plugin = {
  name: 'zod-in-english',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
  },
};

/**
 * @returns the folder with all of them, where each lies as its source does below the root. The end of this process removes it.
 */
export async function compilePrograms(): Promise<string> {
  // The real path: macOS has a link for its temporary folder.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'openhands-express-compiled-')));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS,
    outdir: folder,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    // As deep as what looks for the watcher of `learn` beside itself.
    chunkNames: 'lib/shared/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // What the editions find beside Express, and silence there, has to be what Express itself has.
    external: ['debug', 'pg-native'],
    // The packages are of the older kind, and ask for what Node brings.
    banner: {
      js: "import { createRequire as fromHere } from 'node:module'; const require = fromHere(import.meta.url);",
    },
    plugins: [staysInItsPlace, tablesStayOutside, zodInEnglish],
    logLevel: 'error',
  });
  return folder;
}

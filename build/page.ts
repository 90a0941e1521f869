/**
 * Makes the pages in `dist` of those in `lib`: one script and one style, named after their content so that a browser may keep
 * them, and compressed here once instead of at each request. The sources are served as they are.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build, type BuildOptions } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));

/** What the documents of each page name, by its folder, and what it is made of. */
const ENTRIES = { page: ['app.js', 'style.css'], 'inspector/page': ['main.js', 'style.css'] } as const;

const OPTIONS = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'error',
} as const satisfies BuildOptions;

/**
 * @param page - its folder below `lib`.
 * @param target - the folder to write, which is made if need be.
 */
export async function bundlePage(
  page: keyof typeof ENTRIES,
  target = join(root, 'dist', page),
): Promise<void> {
  const source = join(root, 'lib', page);
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: ENTRIES[page].map((name) => join(source, name)),
    outdir: join(target, 'assets'),
    entryNames: '[name]-[hash]',
    sourcemap: true,
    metafile: true,
  });
  const names = new Map<string, string>();
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== undefined)
      names.set(basename(entryPoint), relative(target, join(root, path)).replaceAll('\\', '/'));
  }
  await mkdir(target, { recursive: true });
  for (const name of await readdir(source)) {
    if (name.endsWith('.svg')) await cp(join(source, name), join(target, name));
    if (!name.endsWith('.html')) continue;
    let html = await readFile(join(source, name), 'utf8');
    for (const [entry, asset] of names) html = html.replaceAll(`="./${entry}"`, `="./${asset}"`);
    await writeFile(join(target, name), html);
  }
  for (const asset of names.values()) await compress(join(target, asset));
}

/** Makes `dist/learn/page`: a report is one file, so its script and its style have to hold all that they import. */
export async function bundleReport(): Promise<void> {
  await build({
    ...OPTIONS,
    entryPoints: ['main.js', 'learned.css'].map((name) => join(root, 'lib/learn/page', name)),
    outdir: join(root, 'dist/learn/page'),
  });
}

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${path}.br`, brotliCompressSync(content, { params: quality }));
  await writeFile(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}

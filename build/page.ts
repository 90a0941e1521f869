/**
 * Makes `dist/page` of `lib/page`: one script and one style, named after their content so that a browser may keep them, and
 * compressed here once instead of at each request. The sources are served as they are.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const source = join(root, 'lib/page');

/** What the documents of the page name, and what it is made of. */
const ENTRIES = ['app.js', 'style.css'];

/** @param target - the folder to write, which is made if need be. */
export async function bundlePage(target = join(root, 'dist/page')): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((name) => join(source, name)),
    outdir: join(target, 'assets'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    sourcemap: true,
    format: 'esm',
    target: 'es2022',
    metafile: true,
    logLevel: 'error',
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

async function compress(path: string): Promise<void> {
  const content = await readFile(path);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${path}.br`, brotliCompressSync(content, { params: quality }));
  await writeFile(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
}

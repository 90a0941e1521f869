/**
 * Bundles the JavaScript of `lib` into `dist`: one file for each part of the house, not one for each module. Node takes
 * 0.3 ms to load a module however small it is, and a start would load two hundred of ours (docs/benchmarks.md).
 * Nearly all dependencies stay what they are: packages that those who install this one share, update and audit.
 */
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type GetManualChunk, type GetModuleInfo, rollup } from 'rollup';
import { builtInModules } from './built-in-modules.ts';
import { bundledPackageOf, bundledPackages, isBundled, withLicenses } from './bundled-packages.ts';
import { inCommonJs } from './in-commonjs.ts';
import { quickToRead } from './quick-to-read.ts';
import { typescript } from './typescript-plugin.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const lib = join(root, 'lib');

/** What package.json points to. */
const ENTRIES = [
  'index',
  'compose',
  'oss/index',
  'enterprise/index',
  'express-messages/index',
  'inspector/index',
  'learn/index',
  'learn/register',
  'testing/index',
  'cli/openhands-express',
];

/** Writes the bundles, with source maps that hold the sources. */
export async function bundle(): Promise<void> {
  const build = await rollup({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry, join(lib, `${entry}.ts`)])),
    external: (id) => !isBundled(id) && !id.startsWith('.') && !isAbsolute(id),
    plugins: [...bundledPackages, typescript],
    preserveEntrySignatures: 'strict',
    treeshake: { moduleSideEffects: (id) => bundledPackageOf(id) === undefined },
    onLog: (_level, { id, ids = [], message }) => {
      // What is amiss with those packages is for those who make them.
      if (![id, ...ids].some((module = '') => bundledPackageOf(module) !== undefined))
        throw new Error(message);
    },
  });
  await build.write({
    dir: join(root, 'dist'),
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, moduleIds }) =>
      name.includes('/') ? '[name].js' : join(relative(lib, dirname(moduleIds.at(-1) ?? lib)), '[name].js'),
    manualChunks: fileOf,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Rollup 5 will do so by default; 4 would mix licenses.
    onlyExplicitManualChunks: true,
    minifyInternalExports: false,
    hoistTransitiveImports: false,
    plugins: [inCommonJs, builtInModules, ...quickToRead, withLicenses],
  });
  await build.close();
}

/**
 * The file of a module. What has none here is divided by Rollup, so that no entry and no command loads what it does not
 * need.
 */
const fileOf: GetManualChunk = (id, { getModuleInfo }) => {
  const bundled = bundledPackageOf(id);
  if (bundled !== undefined) return `packages/${bundled}`;
  const path = relative(lib, id).split(sep).join('/');
  // All that the watcher, which goes in front of other people's programs, needs of the engine; the command line until it
  // knows its command; and what `learn` reports with.
  if (
    /^compose\/(diagnose\/(stack-trace|did-you-mean|hanging-indent)|declare\/(keys|reserved-key))\.ts$/.test(
      path,
    )
  )
    return 'compose/common';
  if (path.startsWith('compose/')) return 'compose/engine';
  // Finds what lies beside it, so it stays at the top.
  if (path === 'shipped-files.ts') return 'shipped-files';
  // One file that imports nothing of ours: for those who want no more than this of the package.
  if (path.startsWith('express-messages/')) return 'express-messages/index';
  // All that the command line needs of the editions.
  if (
    /^oss\/(errors|is-error|text-file|storage\/(document-store|file-failure|storage-error|storage-failure))\.ts$/.test(
      path,
    )
  )
    return 'oss/errors';
  // All that the command line needs until it knows its command, and serve until it knows whether it serves by itself; the
  // rest of the workers is what its first process has.
  if (/^(server\/(package-version|workers\/messages)|oss\/worker-count)\.ts$/.test(path))
    return 'server/common';
  if (path === 'server/workers/sum-metrics.ts') return 'server/sum-metrics';
  if (path.startsWith('server/workers/')) return 'server/workers';
  // Loaded for the first request that is counted.
  if (path === 'oss/middleware/limiters.ts' || path === 'oss/client-address.ts') return 'oss/limiters';
  if (/^oss\/(first-process|own-copy|middleware\/rate-limit-(memory|permits|windows))\.ts$/.test(path))
    return 'oss/rate-limit-permits';
  if (path.startsWith('oss/')) return 'oss/edition';
  if (path.startsWith('server/') || path === 'app.ts') return 'server/app';
  // What every command but `learn` needs to read its environment, and to say what fails.
  if (/^cli\/(env-(file|value)|failure-text|in-one-line|terminal-log)\.ts$/.test(path)) return 'cli/common';
  if (/^cli\/command(-line)?\.ts$/.test(path)) return 'cli/command';
  if (!path.startsWith('enterprise/')) return undefined;
  // Under a license of its own, and so never in one file with anything else.
  const atOnce = modulesBehind(join(lib, 'enterprise/index.ts'), getModuleInfo);
  return atOnce.has(id) ? 'enterprise/edition' : `${dirname(path)}/on-demand`;
};

/** A module, and all that are loaded with it. */
function modulesBehind(door: string, getModuleInfo: GetModuleInfo): ReadonlySet<string> {
  const found = new Set([door]);
  for (const id of found) getModuleInfo(id)?.importedIds.forEach((imported) => found.add(imported));
  return found;
}

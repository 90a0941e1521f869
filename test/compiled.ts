/**
 * What tests start as processes, compiled by esbuild from the sources as they are when a test file first asks: one build for
 * each process of mocha, never kept. Node starts the outcome with a fifth of the work that tsx has with two hundred modules,
 * since the packages are in it, too: they are most of what a start reads.
 */
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const TSX = import.meta.resolve('tsx');
const root = fileURLToPath(new URL('../', import.meta.url));

/** Built together, so that a configuration class and the server that loads it share their modules. */
const PROGRAMS = [
  'server.ts',
  'demo/demo.ts',
  'demo/demo-keycloak.ts',
  'lib/cli/openhands-express.ts',
  'lib/learn/register.ts',
  'lib/oss/server-config.ts',
  'lib/enterprise/saas-server-config.ts',
  'lib/enterprise/keycloak/keycloak-server-config.ts',
  'test/oss/storage/json-file-store.child.ts',
];

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
  plugins: [staysInItsPlace],
  logLevel: 'error',
});

/**
 * @param program - below the root of the repository.
 * @returns its compiled file.
 * @throws RangeError for one that isn't compiled.
 */
export function compiled(program: string): string {
  if (!PROGRAMS.includes(program)) throw new RangeError(`${program} is none of what is compiled for tests.`);
  return join(folder, program.replace(/\.ts$/, '.mjs'));
}

/**
 * What has Node run a program in an environment: compiled, and its configuration class with it. A class of a test's own
 * comes from a source that shares its modules with the sources only, and so has the program run from source.
 */
export function compiledLaunch(
  program: string,
  env: Readonly<Record<string, string>>,
): { args: string[]; env: Readonly<Record<string, string>> } {
  const [module = '', name = ''] = env.OPENHANDS_CONFIG_CLS?.split('#') ?? [];
  if (!module.endsWith('.ts')) return { args: [compiled(program)], env };
  const source = relative(root, resolve(root, module)).replaceAll(sep, '/');
  if (!PROGRAMS.includes(source)) return { args: ['--import', TSX, join(root, program)], env };
  return { args: [compiled(program)], env: { ...env, OPENHANDS_CONFIG_CLS: `${compiled(source)}#${name}` } };
}

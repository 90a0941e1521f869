/**
 * Where the programs that tests start as processes lie compiled. `npm test` compiles them once for all processes of mocha
 * (see compile-once.ts); a test file that is run without it has them compiled when it asks. Nothing is kept.
 */
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILED_FOLDER } from './compile-once.ts';
import { PROGRAMS } from './programs.ts';

const TSX = import.meta.resolve('tsx');
const root = fileURLToPath(new URL('../', import.meta.url));
const folder = process.env[COMPILED_FOLDER] ?? (await compileNow());

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

/** Without esbuild in the processes that find all compiled. */
async function compileNow(): Promise<string> {
  const { compilePrograms } = await import('./compile-programs.ts');
  return compilePrograms();
}

/** The package as npm would publish it: for the tests of the package, of the examples and of the documentation. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Made by the tests, ignored by git: below the repository, so that its dependencies are found from there. */
export const workshop = join(root, '.packed');

export interface PackedPackage {
  /** The path of the `.tgz`. */
  readonly tarball: string;
  /** What is in it, by path. */
  readonly files: readonly string[];
}

/** Builds the package and packs it into a folder. */
export async function pack(folder: string): Promise<PackedPackage> {
  await run('npm', ['run', '--silent', 'build'], { cwd: root });
  return packFolder(root, folder);
}

/** Packs the engine's own package, which is built with the whole one. */
export function packEngine(folder: string): Promise<PackedPackage> {
  return packFolder(join(root, 'dist-engine'), folder);
}

async function packFolder(source: string, folder: string): Promise<PackedPackage> {
  await mkdir(folder, { recursive: true });
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', args, { cwd: source, maxBuffer: 1 << 24 });
  const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}

/** Puts a package alone into the `node_modules` of a project, without its dependencies. */
export async function unpackInto(
  project: string,
  { tarball }: PackedPackage,
  name = 'openhands-express',
): Promise<void> {
  const target = join(project, 'node_modules', name);
  await mkdir(target, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
}

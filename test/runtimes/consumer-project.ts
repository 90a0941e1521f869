/** A project of somebody else's, outside the repository, with the packed package and an Express of its own. */
import { execFile } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../package/packed.ts';
import { tarball, workshop } from './fixture.ts';
import { copyPortableTests, PACKAGES_OF_TESTS, PORTABLE_TESTS, WITH_EXPRESS_5 } from './portable-tests.ts';
import { PACKAGES_OF_RUNNERS, writePageOfTesting } from './runners.ts';

const run = promisify(execFile);

/** Those of examples/adopt have runners of their own, and faults. */
const EXAMPLES = ['github-service', 'mount', 'own-product', 'third-layer'];

export interface ConsumerProject {
  readonly folder: string;
  /** Of the examples and of docs/testing.md: for any runner. */
  readonly suites: readonly string[];
  /** Those of this repository that run on any copy of the package, for mocha. */
  readonly core: readonly string[];
}

/** @param express - the version that the project has, such as `4`. */
export async function consumerProject(express: string): Promise<ConsumerProject> {
  const folder = join(workshop(), `express-${express}`);
  for (const name of EXAMPLES)
    await cp(join(root, 'examples', name), join(folder, name), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const others = await Promise.all([...PACKAGES_OF_RUNNERS, ...PACKAGES_OF_TESTS].map(asHere));
  const args = ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball(), `express@${express}`];
  await run('npm', [...args, ...others], { cwd: folder, maxBuffer: 1 << 24 });
  await copyPortableTests(folder);
  const suites = await writePageOfTesting(folder);
  for (const name of EXAMPLES) {
    const files = await readdir(join(folder, name), { recursive: true });
    suites.push(...files.filter((file) => file.endsWith('.test.ts')).map((file) => join(name, file)));
  }
  const core = PORTABLE_TESTS.filter((file) => express === '5' || !WITH_EXPRESS_5.includes(file));
  return { folder, suites, core };
}

/** A package in the version that our own tests are run with. */
async function asHere(name: string): Promise<string> {
  const manifest = await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8');
  const own = JSON.parse(manifest) as { name: string; version: string };
  return `${name}@npm:${own.name}@${own.version}`;
}

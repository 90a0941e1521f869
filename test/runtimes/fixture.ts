/** Packs the package once for all files of this suite; mocha calls the two functions that are named for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, packEngine } from '../package/packed.ts';

interface Fixture {
  readonly folder: string;
  readonly tarball: string;
  readonly engine: string;
}

/** In the environment, which the processes that mocha runs the files in have from this one. */
const VARIABLE = 'OPENHANDS_EXPRESS_RUNTIMES';

export async function mochaGlobalSetup(): Promise<void> {
  // Outside the repository, where nothing of our own node_modules is found.
  const folder = await mkdtemp(join(tmpdir(), 'openhands-express-runtimes-'));
  const { tarball } = await pack(folder);
  const { tarball: engine } = await packEngine(folder);
  const made: Fixture = { folder, tarball, engine };
  process.env[VARIABLE] = JSON.stringify(made);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await rm(workshop(), { recursive: true, force: true });
}

function fixture(): Fixture {
  const made = process.env[VARIABLE];
  if (made === undefined) throw new Error('Run this suite by `npm run test:runtimes`.');
  return JSON.parse(made) as Fixture;
}

/** A folder for projects. */
export const workshop = (): string => fixture().folder;
/** The package as npm would publish it. */
export const tarball = (): string => fixture().tarball;
/** The engine's own package. */
export const engineTarball = (): string => fixture().engine;

/** Packs the package once for all files of this suite; mocha calls the two functions that are named for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, packEngine } from '../package/packed.ts';

let made: { readonly folder: string; readonly tarball: string; readonly engine: string } | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  // Outside the repository, where nothing of our own node_modules is found.
  const folder = await mkdtemp(join(tmpdir(), 'openhands-express-runtimes-'));
  const { tarball } = await pack(folder);
  const { tarball: engine } = await packEngine(folder);
  made = { folder, tarball, engine };
}

export async function mochaGlobalTeardown(): Promise<void> {
  if (made !== undefined) await rm(made.folder, { recursive: true, force: true });
}

function fixture(): NonNullable<typeof made> {
  if (made === undefined) throw new Error('Run this suite by `npm run test:runtimes`.');
  return made;
}

/** A folder for projects. */
export const workshop = (): string => fixture().folder;
/** The package as npm would publish it. */
export const tarball = (): string => fixture().tarball;
/** The engine's own package. */
export const engineTarball = (): string => fixture().engine;

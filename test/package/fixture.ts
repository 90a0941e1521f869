/** Packs the package once for all suites of this folder; mocha calls the two functions that are named for it. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pack, type PackedPackage, workshop } from './packed.ts';

const folder = join(workshop, 'package');
let made: PackedPackage | undefined;

export async function mochaGlobalSetup(): Promise<void> {
  made = await pack(folder);
}

export async function mochaGlobalTeardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** The package as npm would publish it. */
export function packed(): PackedPackage {
  if (made === undefined) throw new Error('Run this suite by `npm run test:package`.');
  return made;
}

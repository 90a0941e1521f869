/**
 * Packages that are part of the bundles: what is used of them, in one file each. Only those of which a start would load
 * many files that nobody needs; zod has a hundred, and half of them are its messages in other languages.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'rollup';

const BUNDLED = ['zod'] as const;

/** Their folders, by name. */
const FOLDERS: ReadonlyMap<string, string> = new Map(BUNDLED.map((name) => [name, dirname(entryOf(name))]));

/** Takes these packages into the bundles, each under its license. */
export const bundledPackages: Plugin = {
  name: 'bundled-packages',
  resolveId: (id) => (FOLDERS.has(id) ? entryOf(id) : null),
};

/** Whether an import is of one of these packages. */
export function isBundled(specifier: string): boolean {
  return FOLDERS.has(specifier);
}

/** @returns the package that a module belongs to, if it is one of these. */
export function bundledPackageOf(id: string): string | undefined {
  return [...FOLDERS].find(([, folder]) => id.startsWith(join(folder, '/')))?.[0];
}

/** Ends a file that has modules of these packages with what they are, and their license. */
export const withLicenses: Plugin = {
  name: 'with-licenses',
  async renderChunk(code, { moduleIds }) {
    const names = new Set(moduleIds.flatMap((id) => bundledPackageOf(id) ?? []));
    const licenses = await Promise.all([...names].map(licenseOf));
    return { code: [code, ...licenses].join('\n'), map: null };
  },
};

async function licenseOf(name: string): Promise<string> {
  const folder = FOLDERS.get(name) ?? '';
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const license = await readFile(join(folder, 'LICENSE'), 'utf8');
  return `/*!\n${name} ${version}, what is used of it.\n\n${license.trim()}\n*/`;
}

function entryOf(name: string): string {
  return fileURLToPath(import.meta.resolve(name));
}

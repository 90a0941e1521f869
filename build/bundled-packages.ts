/**
 * Packages that are part of the bundles: what is used of them, in one file each. Only those of which a start would load
 * many files that nobody needs: half of zod's hundred are its messages in other languages, and the index of prom-client
 * loads the API of OpenTelemetry, for default metrics that are not used here.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import commonJsPlugin from '@rollup/plugin-commonjs';
import type { Plugin } from 'rollup';

const BUNDLED = ['zod', 'prom-client'] as const;

/** Their folders, by name. */
const FOLDERS: ReadonlyMap<string, string> = new Map(BUNDLED.map((name) => [name, dirname(entryOf(name))]));

// Its declarations are those of CommonJS, where the function is one of several things that are exported.
const commonJs = commonJsPlugin as unknown as typeof commonJsPlugin.default;

const PROM_CLIENT = join(FOLDERS.get('prom-client') ?? '', 'what-is-used.js');

/** Stands for the index of prom-client, of which Rollup can leave nothing out, since it is CommonJS. */
const WHAT_IS_USED_OF_PROM_CLIENT = `
export { default as AggregatorRegistry } from './lib/cluster.js';
export { default as Counter } from './lib/counter.js';
export { default as Gauge } from './lib/gauge.js';
export { default as Histogram } from './lib/histogram.js';
export { default as Registry } from './lib/registry.js';
`;

const entries: Plugin = {
  name: 'bundled-packages',
  resolveId(id) {
    if (id === 'prom-client') return PROM_CLIENT;
    return FOLDERS.has(id) ? entryOf(id) : null;
  },
  load: (id) => (id === PROM_CLIENT ? WHAT_IS_USED_OF_PROM_CLIENT : null),
};

/** Takes these packages into the bundles. */
export const bundledPackages: readonly Plugin[] = [
  entries,
  // Workers are asked by our own way, never by Node's cluster, which prom-client loads when it is.
  commonJs({ include: join(FOLDERS.get('prom-client') ?? '', 'lib/**'), ignore: ['cluster'] }),
];

/** Whether an import is of one of these packages, or is one that the plugin for CommonJS made of theirs. */
export function isBundled(specifier: string): boolean {
  return FOLDERS.has(specifier) || specifier.startsWith(MADE);
}

/** @returns the package that a module belongs to, if it is one of these. */
export function bundledPackageOf(id: string): string | undefined {
  if (id === `${MADE}commonjsHelpers.js`) return 'prom-client';
  const path = id.startsWith(MADE) ? id.slice(MADE.length) : id;
  return [...FOLDERS].find(([, folder]) => path.startsWith(join(folder, '/')))?.[0];
}

/** What the names of modules begin with that a plugin of Rollup made. */
const MADE = '\0';

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

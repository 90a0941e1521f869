/** The name of the engine's own package. */
export const ENGINE = 'openhands-express-compose';

/** What the engine's package.json takes from that of the whole package. */
export interface Manifest {
  readonly version: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * The package.json of the engine alone.
 *
 * @param whole - that of the whole package
 * @param imported - the packages that the engine's code imports: it depends on these, and on no others
 * @throws Error for an import of what the whole package does not depend on.
 */
export function engineManifest(whole: Manifest, imported: readonly string[]): object {
  return {
    name: ENGINE,
    version: whole.version,
    description:
      'Layers of Express middleware, put in order by what each reads and writes, with their conflicts known.',
    keywords: ['express', 'middleware', 'composition', 'order', 'conflicts', 'typescript'],
    license: 'MIT',
    type: 'module',
    engines: whole.engines,
    sideEffects: false,
    files: ['dist', 'docs'],
    exports: {
      '.': { types: './dist/compose.d.ts', default: './dist/compose.js' },
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(
      [...imported].sort().map((name) => [name, versionOf(name, whole.dependencies)]),
    ),
    // Express and its types are those of the app: a second copy of the types would not know what the app adds to them.
    peerDependencies: { '@types/express': '^4 || ^5', express: '^4 || ^5' },
    peerDependenciesMeta: { '@types/express': { optional: true } },
  };
}

function versionOf(name: string, dependencies: Manifest['dependencies']): string {
  const version = dependencies[name];
  if (version === undefined) throw new Error(`The engine imports ${name}, which package.json does not have.`);
  return version;
}

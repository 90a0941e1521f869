import { Script } from 'node:vm';

/** A module of CommonJS as a start runs it without a look for it on the disk. */
export interface KeptModule {
  readonly file: string;
  /** JSON where the name of its file says so; otherwise its text as a {@link functionOf} its module. */
  readonly source: string;
  /** What V8 has compiled of it. */
  readonly code?: Buffer;
  /** Which of the modules each of its `require` means; what is not here is loaded as ever. */
  readonly requires: Readonly<Record<string, number>>;
  /** Such as `require.resolve`. */
  readonly usesMoreOfRequire: boolean;
}

/** What has to be on the disk as it was for the modules to be those that Node would find. */
export interface Witnesses {
  /** Files that are there, with their {@link stampOf}. */
  readonly stamps: Readonly<Record<string, string>>;
  /** Where Node would look first, and nothing is. */
  readonly absent: readonly string[];
}

/** The modules behind some packages. */
export interface KeptModules extends Witnesses {
  /** Those that a package is entered by. */
  readonly doors: readonly number[];
  readonly modules: readonly KeptModule[];
}

const HEAD = '(function (exports, require, module, __filename, __dirname) { ';

/** What Node makes of the text of a module. */
export function functionOf(text: string): string {
  return `${HEAD}${text}\n})`;
}

/** How a module is compiled: with the lines and columns of its file. */
export function scriptOf({ file, source, code }: KeptModule): Script {
  return new Script(source, {
    filename: file,
    columnOffset: -HEAD.length,
    ...(code && { cachedData: code }),
  });
}

export function isJson({ file }: Pick<KeptModule, 'file'>): boolean {
  return file.endsWith('.json');
}

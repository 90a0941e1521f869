import { join } from 'node:path';
import ts from 'typescript';

/** What `tsc --init` proposes to a new project, and what this project asks of itself. */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ['node', 'mocha'],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  erasableSyntaxOnly: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Type-checks programs one by one, so that what one declares does not help another; they share what they import. */
export class TypeChecker {
  readonly #host: ts.CompilerHost;
  readonly #sources = new Map<string, ts.SourceFile | undefined>();

  /** @param project - the folder whose `node_modules` is looked into first */
  constructor(project: string) {
    this.#host = ts.createCompilerHost(OPTIONS);
    this.#host.getCurrentDirectory = () => project;
    const read = this.#host.getSourceFile.bind(this.#host);
    this.#host.getSourceFile = (path, options) => {
      if (!path.includes('/node_modules/')) return read(path, options);
      if (!this.#sources.has(path)) this.#sources.set(path, read(path, options));
      return this.#sources.get(path);
    };
  }

  /**
   * The compiler's complaints about a file, each in a line.
   *
   * @param offset - how many lines above the file's first one there are on the page that it comes from
   */
  complaints(path: string, page: string, offset: number): string[] {
    const program = ts.createProgram([path], OPTIONS, this.#host);
    const found = [...program.getSyntacticDiagnostics(), ...program.getSemanticDiagnostics()];
    return found.map(({ file, start, messageText }) => {
      const message = ts.flattenDiagnosticMessageText(messageText, '\n');
      if (file === undefined || start === undefined) return message;
      const { line } = file.getLineAndCharacterOfPosition(start);
      const place =
        file.fileName === path ? `${page}:${line + 1 + offset}` : join(file.fileName, String(line + 1));
      return `${place}: ${message}`;
    });
  }
}

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const fixture = fileURLToPath(new URL('types/stack-types.ts', import.meta.url));

/** A line of the fixture, counted from 0, and what the compiler has to say about it. */
interface Expectation {
  readonly line: number;
  readonly words: string;
}

describe('What the compiler says about a stack', function () {
  this.timeout(600_000);
  const lines = (ts.sys.readFile(fixture) ?? '').split('\n');
  let service: ts.LanguageService;
  let complaints: Expectation[];

  before(() => {
    // A space in the directive, so that the compiler doesn't follow it: the lines stay where they are.
    service = languageService(lines.join('\n').replaceAll('@ts-expect-error', '@ts expect-error'));
    complaints = service.getSemanticDiagnostics(fixture).map(({ file, start, messageText }) => ({
      line: file?.getLineAndCharacterOfPosition(start ?? 0).line ?? -1,
      words: ts.flattenDiagnosticMessageText(messageText, '\n'),
    }));
  });

  const errors = lines.flatMap((text, index): Expectation[] => {
    const words = /^ *\/\/ @ts-expect-error (.*)$/.exec(text)?.[1];
    return words === undefined ? [] : [{ line: index + 1, words }];
  });
  for (const { line, words } of errors) {
    it(`refuses \`${lines[line]?.trim() ?? ''}\`: ${words}`, () => {
      const found = complaints.filter((complaint) => complaint.line === line);
      assert.ok(
        found.some((complaint) => complaint.words.includes(words)),
        found.map((complaint) => complaint.words).join('\n') || 'It has no objection.',
      );
    });
  }

  const hovers = lines.flatMap((text, index): (Expectation & { column: number })[] => {
    const { spaces = '', words = '' } = /^(?<spaces> *\/\/ *)\^\? (?<words>.*)$/.exec(text)?.groups ?? {};
    return words === '' ? [] : [{ line: index - 1, column: spaces.length, words }];
  });
  for (const { line, column, words } of hovers) {
    it(`shows in an editor: ${words}`, () => {
      const position = [...lines.slice(0, line), ''].join('\n').length + column;
      const info = service.getQuickInfoAtPosition(fixture, position);
      assert.equal(ts.displayPartsToString(info?.displayParts), words);
    });
  }
});

/** What an editor asks about the fixture, with this text in it, under the options of the project. */
function languageService(text: string): ts.LanguageService {
  const config = fileURLToPath(new URL('../../tsconfig.json', import.meta.url));
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    fileURLToPath(new URL('../..', import.meta.url)),
  );
  return ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [fixture],
    getScriptVersion: () => '1',
    getScriptSnapshot: (path) => {
      const content = path === fixture ? text : ts.sys.readFile(path);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getDefaultLibFileName: (given) => ts.getDefaultLibFilePath(given),
    getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
    fileExists: (path) => ts.sys.fileExists(path),
    readFile: (path) => ts.sys.readFile(path),
    directoryExists: (path) => ts.sys.directoryExists(path),
    getDirectories: (path) => ts.sys.getDirectories(path),
  });
}

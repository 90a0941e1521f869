import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { formatDiagnostic } from '../../lib/compose.ts';

const run = promisify(execFile);
const BROKEN = fileURLToPath(new URL('fixtures/broken-stack.ts', import.meta.url));

describe('A StackError that nobody catches', () => {
  let lines: string[];

  before(async () => {
    const failure = await run(process.execPath, ['--import', 'tsx', BROKEN]).then(
      () => assert.fail('It went well.'),
      (error: unknown) => error as { code: number; stderr: string },
    );
    assert.equal(failure.code, 1);
    lines = failure.stderr.split('\n');
  });

  it('tells a person in a terminal, once, what is wrong, where, and what to write', () => {
    const from = lines.indexOf('StackError: The stack has 2 errors.');
    const to = lines.findIndex((line) => /^ {4}at .*broken-stack\.ts:\d+:\d+/.test(line));
    assert.deepEqual(lines.slice(from + 1, to), [
      '',
      '  error S102 (missing name): greet (base) names "session" in after, and nobody in the stack has that',
      '    name.',
      '    at test/compose/pass.ts:27',
      "    hint: If it may be missing, write after: ['session?'].",
      '    see openhands-express/docs/diagnostics.md#s102-missing-name',
      '',
      '  error S104 (unmet read): greet (base) reads "visitor", which nobody writes.',
      '    at test/compose/pass.ts:27',
      "    hint: Add a middleware with writes: ['visitor'], or, if the host writes it before the stack",
      "          runs, compose(layers, { given: ['visitor'] }).",
      '    see openhands-express/docs/diagnostics.md#s104-unmet-read',
      '',
    ]);
    assert.equal(lines.filter((line) => line.includes('S104')).length, 1);
  });

  it('begins its stack trace where the user calls compose', () => {
    const [first] = lines.filter((line) => /^ {4}at .*:\d+:\d+\)?$/.test(line));
    assert.match(first ?? '', /broken-stack\.ts:4:/);
  });
});

describe('formatDiagnostic', () => {
  it('gives a word that is longer than a line a line of its own', () => {
    const long = 'x'.repeat(120);
    const diagnostic = {
      id: 'S202',
      level: 'warning',
      message: `It is ${long} again.`,
      hint: 'None.',
      places: [],
      middlewares: [],
      middleware: undefined,
      at: 'a.ts:1',
      explanation: 'page.md#here',
    } as const;
    assert.deepEqual(formatDiagnostic(diagnostic).split('\n'), [
      '  warning S202 (written and never read): It is',
      `    ${long}`,
      '    again.',
      '    at a.ts:1',
      '    hint: None.',
      '    see page.md#here',
    ]);
  });
});

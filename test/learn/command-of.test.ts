import assert from 'node:assert/strict';
import { commandOf } from '../../lib/learn/command-of.ts';

describe('A command that is watched', () => {
  const words = [
    'C:\\Program Files\\nodejs\\node.exe',
    '-e',
    'a && "b"',
    '',
    'C:\\tests\\',
    'C:\\my tests\\',
    'x.js',
  ];

  it('is started as it is where a script is a program like others', () => {
    const [program, ...args] = words;
    for (const platform of ['linux', 'darwin'] as const)
      assert.deepEqual(commandOf(words, platform), { shell: false, command: [program, args] });
  });

  it('is a line for the shell on Windows, in which each word stays one', () => {
    const { shell, command } = commandOf(words, 'win32');
    const [program, args] = command;
    assert.ok(shell);
    assert.equal(
      [program, ...args].join(' '),
      String.raw`"C:\Program Files\nodejs\node.exe" -e "a && \"b\"" "" C:\tests\ "C:\my tests\\" x.js`,
    );
  });
});

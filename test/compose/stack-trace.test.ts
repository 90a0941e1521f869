import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { placesIn } from '../../lib/compose/diagnose/stack-trace.ts';

const WINDOWS = { path: win32, workingDirectory: 'C:\\Users\\a b\\app' };
const POSIX = { path: posix, workingDirectory: '/home/a b/app' };

const placeOf = (frame: string, system: typeof WINDOWS): string | undefined =>
  placesIn(`Error: of a test\n    at ${frame}`, system)[0];

describe('A place in a stack trace', () => {
  for (const [frame, place] of [
    ['file:///C:/Users/a%20b/app/src/stack.ts:3:5', 'src/stack.ts:3'],
    ['make (file:///C:/Users/a%20b/app/src/stack.ts:3:5)', 'src/stack.ts:3'],
    ['Object.<anonymous> (C:\\Users\\a b\\app\\src\\stack.js:3:5)', 'src/stack.js:3'],
    // Vite and Vitest write paths so.
    ['C:/Users/a b/app/src/stack.ts:3:5', 'src/stack.ts:3'],
    // Windows knows a drive and a folder in any case.
    ['file:///c:/users/a%20b/app/src/stack.ts:3:5', 'src/stack.ts:3'],
    ['eval at make (file:///C:/Users/a%20b/app/a.js:3:5), <anonymous>:1:1', 'a.js:3'],
    // What lies elsewhere has its whole path.
    ['D:\\other\\stack.js:3:5', 'D:\\other\\stack.js:3'],
    ['file:///C:/Users/a%20b/lib/stack.ts:3:5', 'C:\\Users\\a b\\lib\\stack.ts:3'],
    ['\\\\server\\share\\stack.js:3:5', '\\\\server\\share\\stack.js:3'],
    ['webpack://app/./stack.ts:3:5', 'webpack://app/./stack.ts:3'],
  ] as const) {
    it(`is ${place} on Windows in "${frame}"`, () => {
      assert.equal(placeOf(frame, WINDOWS), place);
    });
  }

  it('below the working directory is the same on every system', () => {
    const frames = ['file:///home/a%20b/app/src/stack.ts:3:5', 'make (/home/a b/app/src/stack.ts:3:5)'];
    for (const frame of frames) assert.equal(placeOf(frame, POSIX), 'src/stack.ts:3');
  });
});

/** `node --import ./record-modules.js program.js` writes a line `loaded <where>` to standard error for every module. */
import { writeSync } from 'node:fs';
import { createRequire, register } from 'node:module';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  register(import.meta.url);
  // The hook is told neither of what CommonJS modules load nor of what Node loads of itself. In one go: a pipe takes few
  // writes at once.
  process.on('exit', () => {
    const ofNode = process.moduleLoadList.map((name) => name.replace(/^\w+ /, 'node:'));
    tell([...Object.keys(createRequire(import.meta.url).cache), ...ofNode].join('\nloaded '));
  });
}

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  tell(url);
  return nextLoad(url, context);
}

/** @param {string} module */
function tell(module) {
  writeSync(2, `loaded ${module}\n`);
}

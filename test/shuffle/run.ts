/**
 * `npm run test:shuffle` runs the tests that send requests through the stacks of both editions under twenty seeds, and so in
 * twenty orders that the constraints allow. Whatever fails in one of them needs an order that no declaration asks for.
 * `npm run test:shuffle -- 7` runs them under that seed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MOCHA = fileURLToPath(import.meta.resolve('mocha/bin/mocha.js'));
const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1);

const given = process.argv.slice(2).map(Number);
if (given.some((seed) => !Number.isInteger(seed))) throw new TypeError('A seed is a whole number.');
const waiting = given.length > 0 ? given : [...SEEDS];
const failed: number[] = [];
let passed = 0;

await Promise.all(Array.from({ length: availableParallelism() }, runNext));

console.log(`\n  ${passed} passing`);
if (failed.length > 0) {
  console.log(`  ${failed.length} failing\n\nTo see it again: npm run test:shuffle -- ${failed.join(' ')}`);
  process.exitCode = 1;
}

/** One seed after the other, until none is left. */
async function runNext(): Promise<void> {
  for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
    const mocha = spawn(process.execPath, [MOCHA, '--config', 'test/shuffle/.mocharc.json'], {
      env: { ...process.env, SHUFFLE_SEED: String(seed) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [status]] = await Promise.all([text(mocha.stdout), once(mocha, 'exit')]);
    if (status === 0) passed++;
    else failed.push(seed);
    console.log(`seed ${seed}: ${status === 0 ? 'the same result' : `another result\n${output}`}`);
  }
}

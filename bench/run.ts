/**
 * `npm run bench` runs all benchmarks, `npm run bench -- compose tokens` those two; with `--smoke` it is over in seconds
 * and shows no more than that they work. Targets are printed beside the results. To miss one is no failure: a machine
 * that does other work as well misses some.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { printResult } from './print.ts';
import type { Suite } from './suite.ts';

// What is measured is what people deploy. The processes of the contenders inherit it.
process.env.NODE_ENV ??= 'production';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { smoke: { type: 'boolean', default: false } },
});

const known = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no suite ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exit(2);
}

const [only, ...others] = positionals.length > 0 ? positionals : known;
if (only !== undefined && others.length === 0) await run(only);
else for (const name of [only, ...others]) if (name !== undefined) runApart(name);

async function run(name: string): Promise<void> {
  const { default: suite } = (await import(`./${name}/suite.ts`)) as { default: Suite };
  console.log(`\n${name}: ${suite.about}`);
  for (const result of await suite.run(values)) console.log(`\n${printResult(result)}`);
}

/** In a process of its own, so that no suite meets what V8 has learnt from another. */
function runApart(name: string): void {
  const [, script = ''] = process.argv;
  const args = [...process.execArgv, script, name, ...(values.smoke ? ['--smoke'] : [])];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

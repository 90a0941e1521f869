import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { summarize } from '../rounds.ts';
import { ratio, type Result, type Suite } from '../suite.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ALONE = 'the suite';
const WATCHED = 'the suite under learn';
const SUITE = [
  process.execPath,
  createRequire(import.meta.url).resolve('mocha/bin/mocha.js'),
  ...['--no-config', '--reporter', 'dot', 'bench/learn/app.test.cjs'],
];

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  [ALONE]: SUITE,
  [WATCHED]: [process.execPath, 'dist/cli/openhands-express.js', 'learn', '--format', 'json', '--', ...SUITE],
};

const suite: Suite = {
  about: "how long an app's test suite takes, from the command to its end, with the watcher and without it",
  run({ smoke }) {
    runOrThrow([process.execPath, '--import', 'tsx', 'build/build.ts'], {});
    return Promise.resolve((smoke ? [1] : [10, 100]).map((features) => measured(features, smoke ? 1 : 5)));
  },
};
export default suite;

/** @param features - each has ten tests. */
function measured(features: number, rounds: number): Result {
  const samples = new Map<string, number[]>(Object.keys(COMMANDS).map((name) => [name, []]));
  for (let round = rounds === 1 ? 0 : -1; round < rounds; round++) {
    for (const [name, command] of Object.entries(COMMANDS)) {
      const start = performance.now();
      runOrThrow(command, { FEATURES: String(features) });
      // The first round fills the caches of the file system.
      if (round >= 0) samples.get(name)?.push(performance.now() - start);
    }
  }
  const timings = new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
  return {
    title: `A suite of ${features * 10} tests`,
    unit: 'ms',
    timings,
    claims: [ratio(timings, [WATCHED, ALONE], 1.5)],
  };
}

function runOrThrow([program = '', ...args]: readonly string[], env: Readonly<Record<string, string>>): void {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: ROOT,
    // As test suites run; what a benchmark sets for itself is no business of theirs.
    env: { PATH: process.env.PATH, NODE_ENV: 'test', ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} failed.\n${stdout}${stderr}`);
}

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { summarize } from '../rounds.ts';
import { ratio, type Suite } from '../suite.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BARE = 'Express and Octokit';
const OSS = 'the OSS edition';
const ENTERPRISE = 'the Enterprise edition';
const SERVE = ['dist/cli/openhands-express.js', 'serve'];

const CONTENDERS: Readonly<Record<string, { args: readonly string[]; env: Record<string, string> }>> = {
  [BARE]: { args: ['bench/start/bare.js'], env: {} },
  [OSS]: { args: SERVE, env: {} },
  [ENTERPRISE]: {
    args: SERVE,
    env: {
      OPENHANDS_CONFIG_CLS: './dist/enterprise/index.js#SaasServerConfig',
      GITHUB_APP_CLIENT_ID: 'Iv1.bench',
      GITHUB_APP_CLIENT_SECRET: 'bench',
    },
  },
};

const suite: Suite = {
  about: 'how long a start takes, as built, until the first request is answered',
  async run({ smoke }) {
    const built = spawnSync(process.execPath, ['--import', 'tsx', 'build/build.ts'], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    if (built.status !== 0) throw new Error('The build failed.');
    const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
    const store = join(folder, 'store');
    const samples = new Map<string, number[]>(Object.keys(CONTENDERS).map((name) => [name, []]));
    try {
      for (let round = smoke ? 0 : -2; round < (smoke ? 1 : 15); round++) {
        for (const [name, { args, env }] of Object.entries(CONTENDERS)) {
          // The first rounds fill the caches, of the file system and of what is compiled, and make what is made once.
          const isCounted = round >= 0;
          const environment = { FILE_STORE_PATH: store, XDG_CACHE_HOME: folder, ...env };
          const took = await timeToFirstAnswer(args, environment, isCounted ? 'SIGKILL' : 'SIGTERM');
          if (isCounted) samples.get(name)?.push(took);
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    const timings = new Map([...samples].map(([name, taken]) => [name, summarize(taken)]));
    return [
      {
        title: `From the start of the process to the first answer, on Node ${process.version}`,
        unit: 'ms',
        timings,
        claims: [ratio(timings, [OSS, BARE], 1.5), ratio(timings, [ENTERPRISE, BARE], 1.5)],
      },
    ];
  },
};
export default suite;

/**
 * @param end - how the process is ended; what it has compiled it writes when it is asked to end.
 * @returns milliseconds.
 */
async function timeToFirstAnswer(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  end: NodeJS.Signals,
): Promise<number> {
  const start = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  try {
    let said = '';
    for await (const chunk of child.stdout) {
      said += String(chunk);
      const url = /listens on (http:[^\s"]+)/.exec(said)?.[1];
      if (url === undefined) continue;
      const answer = await fetch(`${url}/health`);
      await answer.text();
      return performance.now() - start;
    }
    throw new Error(`${args.join(' ')} ended before it listened.`);
  } finally {
    child.kill(end);
    await gone;
  }
}

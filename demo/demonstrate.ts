import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { FakeGitHub } from '../lib/testing/index.ts';
import { answers } from './answers.ts';
import { freePort } from './free-port.ts';

/** The script that Node runs: TypeScript here, and JavaScript where all has been compiled into another folder. */
const script = process.argv[1] ?? '';
const root = dirname(dirname(script));
const ending = extname(script);

/** What the demo's server has to work with. */
export interface Surroundings {
  /** Where people find the server. */
  readonly address: string;
  readonly github: FakeGitHub;
  /** Aborted when the demo is to end. */
  readonly signal: AbortSignal;
}

/** Another server that the demo's server needs. */
export interface Neighbour {
  /** What it tells the server by. */
  readonly env: Readonly<Record<string, string>>;
  /** What a person may want to know of it, by a word of at most nine letters. */
  readonly lines: Readonly<Record<string, string>>;
  end(): Promise<void>;
}

export interface Demonstration {
  /** The class of the server's config, and its module below the root, without the ending. */
  readonly config: { readonly module: string; readonly name: string };
  /** Starts what else is needed, before the server. */
  readonly neighbour?: (surroundings: Surroundings) => Promise<Neighbour>;
  /** Puts something into the running server for people to see. @returns lines for them, as of a {@link Neighbour}. */
  readonly furnish?: (surroundings: Surroundings) => Promise<Readonly<Record<string, string>>>;
}

/**
 * Runs an edition beside a fake GitHub, until Ctrl-C. The server is the ordinary `server.ts`; only what it is told is the
 * demo's. Leaves nothing behind, whenever it is ended.
 */
export async function demonstrate({ config, neighbour, furnish }: Demonstration): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const port = await freePort(Number(process.env.PORT ?? 3000));
  const address = `http://127.0.0.1:${port}`;
  const github = await FakeGitHub.listen({ port: 3001 }).catch(() => FakeGitHub.listen());
  const fileStore = await mkdtemp(join(tmpdir(), 'openhands-demo-'));
  const surroundings = { address, github, signal: stop.signal };
  let beside: Neighbour | undefined;
  try {
    beside = await neighbour?.(surroundings);
    if (!stop.signal.aborted) {
      const server = startServer({
        ...beside?.env,
        ...github.environment,
        PORT: String(port),
        PUBLIC_URL: address,
        FILE_STORE_PATH: fileStore,
        OPENHANDS_CONFIG_CLS: `./${config.module}${ending}#${config.name}`,
      });
      stop.signal.addEventListener('abort', () => server.kill('SIGTERM'));
      const ended = once(server, 'exit') as Promise<[number | null]>;
      const gone = new AbortController();
      void ended.then(() => gone.abort());
      if (await answers(`${address}/health`, { signal: gone.signal })) {
        const lines = await furnish?.(surroundings).catch((error: unknown) => {
          // Nothing else of the demo depends on it.
          if (!stop.signal.aborted) console.error((error as Error).message);
        });
        printAddresses({
          Open: address,
          Stack: `${address}/stack  (its middleware, and every request through it, live)`,
          API: `${address}/api/docs  (every request that it answers)`,
          GitHub: `${github.url}  (a stand-in on this machine; sign in as any of its users)`,
          ...beside?.lines,
          ...lines,
          Stop: 'Ctrl-C',
        });
      }
      const [code] = await ended;
      process.exitCode = code ?? 1;
    }
  } catch (error) {
    if (!stop.signal.aborted) {
      console.error((error as Error).message);
      process.exitCode = 1;
    }
  } finally {
    await beside?.end();
    await github.close();
    await rm(fileStore, { recursive: true, force: true });
  }
}

function startServer(env: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, `server${ending}`], {
    cwd: root,
    stdio: 'inherit',
    env: { LOG_LEVEL: 'warn', STACK_INSPECTOR: '1', ...process.env, HOST: '127.0.0.1', ...env },
  });
}

function printAddresses(lines: Readonly<Record<string, string>>): void {
  console.log('\n  The demo is running.\n');
  for (const [name, text] of Object.entries(lines)) console.log(`    ${name.padEnd(10)}${text}`);
  console.log();
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../demo/free-port.ts';
import { childrenOf, cpuMicrosOfTree } from './process-tree.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The Enterprise edition as it is built, and as `serve --workers` runs it, in processes of its own. */
export class ServerWithWorkers {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * Resolves when all workers serve.
   *
   * @param workers - undefined for one process without workers.
   */
  static async start(
    workers: number | undefined,
    env: Readonly<Record<string, string>>,
  ): Promise<ServerWithWorkers> {
    const folder = await mkdtemp(join(tmpdir(), 'bench-workers-'));
    const port = await freePort();
    const args = [join(ROOT, 'dist/cli/openhands-express.js'), 'serve'];
    if (workers !== undefined) args.push('--workers', String(workers));
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        OPENHANDS_CONFIG_CLS: `${join(ROOT, 'dist/enterprise/index.js')}#SaasServerConfig`,
        FILE_STORE_PATH: join(folder, 'store'),
        PORT: String(port),
        LOG_LEVEL: 'warn',
        ...env,
      },
      // It logs nothing unless something is wrong, and that is to be seen.
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const server = new ServerWithWorkers(`http://127.0.0.1:${port}`, child, folder);
    while ((await server.#metric('openhands_workers')) !== (workers ?? 1)) {
      if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
      await delay(50);
    }
    return server;
  }

  /** What all workers have of the memory of the system, in MiB; NaN where they do not answer. */
  async residentMiB(): Promise<number> {
    return (await this.#metric('process_resident_memory_bytes')) / 2 ** 20;
  }

  /** CPU time of each of its processes so far, in microseconds: of the first one, and of the workers. Linux only. */
  cpuMicros(): Promise<number[]> {
    return cpuMicrosOfTree(this.#child.pid ?? 0);
  }

  /** The ids of the processes that are workers. Linux only. */
  workers(): Promise<number[]> {
    return childrenOf(this.#child.pid ?? 0);
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #metric(name: string): Promise<number> {
    try {
      const text = await (await fetch(`${this.url}/internal/metrics`)).text();
      return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    } catch {
      return NaN;
    }
  }
}

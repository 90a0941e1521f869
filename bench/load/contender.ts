/** A server in a process of its own, and the load that it is put under. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import type { Ready, Usage } from './server-side.ts';

/** What a while under load came to. */
export interface Load {
  readonly requests: number;
  readonly seconds: number;
  /** The 99th percentile of how long a client waits, in milliseconds. */
  readonly p99: number;
  /** CPU time of the server process, in microseconds. */
  readonly cpuMicros: number;
  /** Resident memory at the end, in bytes. */
  readonly rss: number;
}

export class ContenderProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ready: Ready;

  private constructor(name: string, child: ChildProcess, ready: Ready) {
    this.name = name;
    this.#child = child;
    this.#ready = ready;
  }

  /**
   * @param file of `servers/`, without its extension.
   * @param flags for its Node.
   */
  static async start(
    name: string,
    file: string,
    env: Readonly<Record<string, string>>,
    flags: readonly string[] = [],
  ): Promise<ContenderProcess> {
    const child = fork(new URL(`servers/${file}.ts`, import.meta.url), {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      execArgv: ['--import', fileURLToPath(new URL('../as-shipped.js', import.meta.url)), ...flags],
      // Logs are written, and go nowhere.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [ready] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => {
        throw new Error(`${name} ended with ${String(code)} before it listened.`);
      }),
    ])) as [Ready];
    return new ContenderProcess(name, child, ready);
  }

  /** Asks as fast as the answers come, each connection as one of the signed-in users. */
  async load(connections: number, seconds: number): Promise<Load> {
    const before = await this.#usage();
    const { port, path, cookies } = this.#ready;
    let connection = 0;
    const result = await autocannon({
      url: `http://127.0.0.1:${port}${path}`,
      connections,
      duration: seconds,
      setupClient: (client) => {
        const cookie = cookies[connection++ % cookies.length];
        if (cookie !== undefined) client.setHeaders({ cookie });
      },
    });
    if (result.non2xx + result.errors + result.timeouts > 0) {
      throw new Error(`${this.name} failed ${result.non2xx + result.errors + result.timeouts} requests.`);
    }
    const after = await this.#usage();
    return {
      requests: result['2xx'],
      seconds: result.duration,
      p99: result.latency.p99,
      cpuMicros: after.cpuMicros - before.cpuMicros,
      rss: after.rss,
    };
  }

  /** Resolves when the process is gone, which ends by itself, and so writes its profile if it has one. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.disconnect();
    await gone;
  }

  async #usage(): Promise<Usage> {
    this.#child.send('usage');
    const [usage] = (await once(this.#child, 'message')) as [Usage];
    return usage;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../demo/free-port.ts';
import { cpuMicrosOfTree } from '../process-tree.ts';

/** What the machine gives: a server that does nothing but answer, in processes of its own. */
export class BareServer {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** @param workers - 0 for one process without workers. */
  static async start(kind: 'node' | 'express', workers: number): Promise<BareServer> {
    const port = await freePort();
    const script = fileURLToPath(new URL('bare.js', import.meta.url));
    const child = spawn(process.execPath, [script, kind, String(port), String(workers)], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    return new BareServer(`http://127.0.0.1:${port}`, child);
  }

  cpuMicros(): Promise<number[]> {
    return cpuMicrosOfTree(this.#child.pid ?? 0);
  }

  /** Its workers end when it has. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

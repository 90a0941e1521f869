import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { answers } from '../../demo/answers.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** `server.ts` as its own process, as a person runs it. */
export class ServerProcess {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /**
   * Resolves when the server answers.
   *
   * @param env - Besides what a process needs to run, all of its environment; `PORT` is needed.
   * @throws with what it printed, when it does not come up.
   */
  static async start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'server.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, HOST: '127.0.0.1', LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    }
    const up = answers(`http://127.0.0.1:${env.PORT ?? ''}/health`);
    if (await Promise.race([up, once(child, 'exit').then(() => false)])) return new ServerProcess(child);
    child.kill('SIGKILL');
    throw new Error(`The server did not start:\n${printed}`);
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
  }
}

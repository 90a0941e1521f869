import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from './server-process.ts';

/** A working directory, and the servers that are started in it. */
export class ServerFolder {
  readonly path: string;
  /** Where the servers keep their files, unless they are told otherwise. */
  readonly store: string;
  readonly #servers: ServerProcess[] = [];

  private constructor(path: string) {
    this.path = path;
    this.store = join(path, 'store');
  }

  static async make(): Promise<ServerFolder> {
    return new ServerFolder(await mkdtemp(join(tmpdir(), 'server-')));
  }

  start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): ServerProcess {
    const server = new ServerProcess({ FILE_STORE_PATH: this.store, ...env }, this.path, args);
    this.#servers.push(server);
    return server;
  }

  /** Kills the servers that still run, and removes what they have left. */
  async remove(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.end('SIGKILL')));
    await rm(this.path, { recursive: true, force: true });
  }
}

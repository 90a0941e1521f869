import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { createClient } from 'redis';
import { eventually, STARTED_WITHIN_MS } from '../../eventually.ts';
import { findProgram, freePort, newFolder, Program } from './program.ts';

/** A Redis of its own, which keeps nothing. */
export class RedisServer {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #program: Program;

  private constructor(port: number, folder: string, options: readonly string[]) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
    this.#program = this.#start();
  }

  /**
   * @param options - of the program, such as `--requirepass`.
   * @throws Error that says how to install it where it is missing.
   */
  static async start(...options: readonly string[]): Promise<RedisServer> {
    findProgram('redis-server', 'redis-server');
    const server = new RedisServer(await freePort(), await newFolder('redis'), options);
    await server.ready();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async ready(): Promise<void> {
    await eventually(async () => {
      const socket = connect(this.port, '127.0.0.1');
      try {
        await once(socket, 'connect');
      } finally {
        socket.destroy();
      }
    }, STARTED_WITHIN_MS).catch((error: unknown) => {
      throw new Error(`Redis does not start: ${this.#program.output}`, { cause: error });
    });
  }

  /** Sends one command as the user `default` without a password. */
  async command(...command: string[]): Promise<unknown> {
    const client = createClient({ url: this.url, socket: { reconnectStrategy: false } });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await client.sendCommand(command);
    } finally {
      client.destroy();
    }
  }

  /** What it says of itself: `INFO`, by name. */
  async info(section: string): Promise<ReadonlyMap<string, string>> {
    const text = String(await this.command('INFO', section));
    return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]));
  }

  /** `SIGSTOP` makes it hang, `SIGCONT` go on. */
  signal(signal: NodeJS.Signals): void {
    this.#program.signal(signal);
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#program.end(signal);
  }

  /** Starts it again after {@link kill}, empty. */
  async restart(): Promise<void> {
    this.#program = this.#start();
    await this.ready();
  }

  async stop(): Promise<void> {
    if (this.#program.isRunning) await this.#program.end('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #start(): Program {
    return new Program(findProgram('redis-server', 'redis-server'), [
      ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder],
      ...['--save', '', '--appendonly', 'no'],
      ...this.#options,
    ]);
  }
}

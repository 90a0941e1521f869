import { spawnSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { eventually, STARTED_WITHIN_MS } from '../../eventually.ts';
import { findProgram, freePort, newFolder, Program, user } from './program.ts';

const DEBIAN_PACKAGE = 'postgresql';

/** The superuser of every database here. */
export const ROLE = { name: 'openhands', password: 'local-only' } as const;

/** A PostgreSQL of its own: no other program knows of it, and nothing is left of it. */
export class PostgresServer {
  readonly port: number;
  readonly #folder: string;
  readonly #settings: Readonly<Record<string, string>>;
  #program: Program;
  #databases = 0;

  private constructor(port: number, folder: string, settings: Readonly<Record<string, string>>) {
    this.port = port;
    this.#folder = folder;
    this.#settings = settings;
    this.#program = this.#start();
  }

  /**
   * @param settings - as in `postgresql.conf`.
   * @throws Error that says how to install it where it is missing.
   */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
    const initdb = findProgram('initdb', DEBIAN_PACKAGE);
    const folder = await newFolder('postgres');
    const password = join(folder, 'password');
    await writeFile(password, ROLE.password, { mode: 0o644 });
    const { status, stdout, stderr } = spawnSync(
      initdb,
      [
        ...['--pgdata', join(folder, 'data'), '--no-sync', '--encoding', 'UTF8', '--locale', 'C.UTF-8'],
        ...['--username', ROLE.name, '--pwfile', password, '--auth', 'scram-sha-256'],
      ],
      { ...user, cwd: '/', encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`initdb failed: ${stdout}${stderr}`);
    const server = new PostgresServer(await freePort(), folder, settings);
    await server.ready();
    return server;
  }

  /** Makes an empty database. @returns its address. */
  async newDatabase(options = ''): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.run('postgres', `CREATE DATABASE ${name} ${options}`);
    return this.url(name);
  }

  /** The address of a database, at another port for a pooler in front of it. */
  url(database: string, port = this.port): string {
    return `postgres://${ROLE.name}:${ROLE.password}@127.0.0.1:${port}/${database}`;
  }

  /** Sends statements over a connection of their own. */
  async run(database: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** Resolves when it takes connections. */
  async ready(): Promise<void> {
    await eventually(async () => {
      // After a crash, the processes of the one before may not have noticed yet that it is gone.
      if (!this.#program.isRunning) this.#program = this.#start();
      await this.run('postgres', 'SELECT 1');
    }, STARTED_WITHIN_MS).catch((error: unknown) => {
      throw new Error(`PostgreSQL does not start: ${this.#program.output}`, { cause: error });
    });
  }

  /** Ends it: `SIGINT` orderly, `SIGQUIT` as a crash that recovers at the next start, `SIGKILL` as a crash of the machine. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#program.end(signal);
  }

  /** Starts it again after {@link kill}, on the same port with the same data. */
  async restart(): Promise<void> {
    this.#program = this.#start();
    await this.ready();
  }

  /** Makes a replica of it that follows nobody: it can be read, and takes no writes until {@link promote}. */
  async demote(): Promise<void> {
    await this.kill('SIGINT');
    await writeFile(join(this.#folder, 'data', 'standby.signal'), '');
    await this.restart();
  }

  async promote(): Promise<void> {
    await this.run('postgres', 'SELECT pg_promote()');
  }

  async stop(): Promise<void> {
    if (this.#program.isRunning) await this.#program.end('SIGINT');
    // The processes of one that was killed may still be ending.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #start(): Program {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      // We kill processes, not the machine: what they have written is there.
      fsync: 'off',
      max_connections: '200',
      ...this.#settings,
    };
    return new Program(findProgram('postgres', DEBIAN_PACKAGE), [
      ...['-D', join(this.#folder, 'data'), '-p', String(this.port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]);
  }
}

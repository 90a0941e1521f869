import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { eventually, STARTED_WITHIN_MS } from '../../eventually.ts';
import { type PostgresServer, ROLE } from './postgres-server.ts';
import { findProgram, freePort, newFolder, Program } from './program.ts';

/** A PgBouncer in transaction mode in front of a server: fewer sessions than clients, and each transaction may get another. */
export class PgBouncer {
  readonly port: number;
  readonly #folder: string;
  #program: Program;

  private constructor(port: number, folder: string) {
    this.port = port;
    this.#folder = folder;
    this.#program = this.#start();
  }

  /** @throws Error that says how to install it where it is missing. */
  static async start(server: PostgresServer): Promise<PgBouncer> {
    findProgram('pgbouncer', 'pgbouncer');
    const folder = await newFolder('pgbouncer');
    const port = await freePort();
    await writeFile(join(folder, 'users.txt'), `"${ROLE.name}" "${ROLE.password}"\n`, { mode: 0o644 });
    await writeFile(
      join(folder, 'pgbouncer.ini'),
      `[databases]
* = host=127.0.0.1 port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = 4
max_client_conn = 500
server_login_retry = 1
`,
      { mode: 0o644 },
    );
    const bouncer = new PgBouncer(port, folder);
    await bouncer.ready(server);
    return bouncer;
  }

  /** The address, through the pooler, of a database of its server. */
  url(database: string): string {
    const url = new URL(database);
    url.port = String(this.port);
    return url.href;
  }

  async ready(server: PostgresServer): Promise<void> {
    await eventually(async () => {
      const client = new pg.Client({ connectionString: server.url('postgres', this.port) });
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
    }, STARTED_WITHIN_MS).catch((error: unknown) => {
      throw new Error(`PgBouncer does not start: ${this.#program.output}`, { cause: error });
    });
  }

  async kill(signal: NodeJS.Signals): Promise<void> {
    await this.#program.end(signal);
  }

  async restart(server: PostgresServer): Promise<void> {
    this.#program = this.#start();
    await this.ready(server);
  }

  async stop(): Promise<void> {
    if (this.#program.isRunning) await this.#program.end('SIGTERM');
    await rm(this.#folder, { recursive: true, force: true });
  }

  #start(): Program {
    return new Program(findProgram('pgbouncer', 'pgbouncer'), [join(this.#folder, 'pgbouncer.ini')]);
  }
}

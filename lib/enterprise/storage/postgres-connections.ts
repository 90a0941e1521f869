/**
 * A pool of connections that the server has no more of than we think.
 *
 * To stop waiting for a statement ends nothing: its session goes on, or waits for a lock, and the next connection would
 * come on top of it. So what we give up on, we have the server give up on. A statement whose time is up, or whose
 * connection was lost on the way, is cancelled first; until then its connection keeps its place in the pool. One that
 * works brings the word that its statement was cancelled, and is used again. One that stays silent is replaced.
 */
import pg from 'pg';
import { type TimeLimit, whenLate, within } from '../../time-limit.ts';
import { cancelStatement } from './cancel-statement.ts';
import { sqlState } from './postgres-failure.ts';

/** The SQLSTATE of a server that takes no writes: behind the same name, there may be another one by now. */
const READ_ONLY = '25006';

/** How often connections are left for what may be a new primary behind the same name, in milliseconds. */
const LEAVING_PAUSE_MS = 1_000;

/** How many times as long as opening one may take a connection is waited for by the pool, which forgets then who waits. */
const FORGOTTEN = 4;

/** A value that a statement is sent with. */
export type Parameter = string | number | readonly string[];

/** A statement that was sent. */
export interface Sent<Row> {
  /** Rejects when the time is up as well. */
  readonly rows: Promise<Row[]>;
  /** Resolves when it is over on the server, too, as far as can be known: with whether its connection can be used again. */
  readonly over: Promise<boolean>;
}

export interface PostgresConnectionsOptions {
  /** How many at most. */
  readonly max: number;
  /** How long it may take to open one, in milliseconds. */
  readonly connectMs: number;
  /** How long it may take to have a statement cancelled, and again until its connection says so, in milliseconds. */
  readonly givingUpMs: number;
  /** Told of the loss of a connection that nobody used. */
  readonly onLoss: (error: Error) => void;
}

export class PostgresConnections {
  readonly #pool: pg.Pool;
  readonly #cancel: Cancel;
  readonly #opened = new WeakMap<pg.PoolClient, number>();
  /** Connections from before are not used again. */
  #demotedAt = -Infinity;

  /** @param Client - makes connections to the database. */
  constructor(Client: typeof pg.Client, { max, connectMs, givingUpMs, onLoss }: PostgresConnectionsOptions) {
    this.#cancel = async (session, answer) =>
      (await cancelStatement(Client, session, givingUpMs).catch(() => false)) &&
      (await within(givingUpMs, answer, () => new Error('Nothing was said.')).catch(() => false));
    this.#pool = new pg.Pool({
      Client: openedWithin(connectMs, Client),
      max,
      connectionTimeoutMillis: FORGOTTEN * connectMs,
    });
    // The pool has let go of it; the next statement gets another one.
    this.#pool.on('error', onLoss);
    this.#pool.on('connect', (client) => {
      this.#opened.set(client, performance.now());
      // From the first moment on, as its end may come in one packet with its beginning. What is lost tells the statement
      // that is under way; between two of them there is nobody to tell.
      client.on('error', () => undefined);
    });
  }

  get isClosing(): boolean {
    return this.#pool.ending;
  }

  /**
   * Sends one statement.
   *
   * @param limit - for a free connection, opening one, and the answer together.
   * @throws what the database answers, what happens to the connection, or that the time is up.
   */
  async send<Row extends object>(
    sql: string,
    parameters: readonly Parameter[],
    limit: TimeLimit,
  ): Promise<Row[]> {
    const connection = await this.connect(limit);
    const { rows, over } = connection.send<Row>(sql, parameters, limit);
    void over.then((isUsable) => connection.release(isUsable));
    rows.catch((error: unknown) => {
      if (sqlState(error) === READ_ONLY) this.#leaveDemoted();
    });
    return rows;
  }

  /** @throws when no connection is free, and none can be opened, in time. */
  async connect(limit: TimeLimit): Promise<PostgresConnection> {
    const opening = this.#open();
    try {
      const client = await limit.wait(opening, () => timeout(`no connection was free within ${limit.ms} ms`));
      return new PostgresConnection(client, this.#cancel);
    } catch (error) {
      // One that comes too late is for the next who asks.
      void opening.then(
        (client) => client.release(),
        () => undefined,
      );
      throw error;
    }
  }

  /** Resolves when the statements that are under way have ended, and the connections with them. */
  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #open(): Promise<pg.PoolClient> {
    for (;;) {
      const client = await this.#pool.connect();
      if ((this.#opened.get(client) ?? 0) >= this.#demotedAt) return client;
      client.release(true);
    }
  }

  /**
   * The other connections lead to the same server, which still answers those who read: with what was true before. Where
   * there is no other server, they are opened anew for nothing, so not all the time.
   */
  #leaveDemoted(): void {
    const now = performance.now();
    if (now - this.#demotedAt > LEAVING_PAUSE_MS) this.#demotedAt = now;
  }
}

/**
 * Has the statement of a session cancelled.
 *
 * @param answer - what becomes of the statement: whether its connection can be used behind it.
 * @returns the same, and `false` when there is no answer.
 */
type Cancel = (session: pg.PoolClient, answer: Promise<boolean>) => Promise<boolean>;

/** One of the connections, for whom it is lent to. */
export class PostgresConnection {
  readonly #client: pg.PoolClient;
  readonly #cancel: Cancel;

  constructor(client: pg.PoolClient, cancel: Cancel) {
    this.#client = client;
    this.#cancel = cancel;
  }

  /** Sends one statement; the next one only when it is over. */
  send<Row extends object>(sql: string, parameters: readonly Parameter[], limit: TimeLimit): Sent<Row> {
    const answer = this.#client.query<Row>(sql, [...parameters]).then(({ rows }) => rows);
    const rows = limit.wait(answer, () => timeout(`no answer within ${limit.ms} ms`));
    const isUsable = answer.then(() => true, isUsableAfter);
    const over = rows.then(
      () => true,
      // Without a word of the server, the statement may be running still.
      (error: unknown) => (sqlState(error) === undefined ? this.#cancel(this.#client, isUsable) : isUsable),
    );
    return { rows, over };
  }

  /** Gives it back. */
  release(isUsable: boolean): void {
    this.#client.release(!isUsable);
  }
}

/** Whether the server has refused a statement, and will take the next. */
function isUsableAfter(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && state !== READ_ONLY && (error as { severity: string }).severity === 'ERROR';
}

/** As `Client`, and given up when opening it takes longer than so many milliseconds. */
function openedWithin(ms: number, Client: typeof pg.Client): typeof pg.Client {
  return class extends Client {
    constructor(options: pg.ClientConfig = {}) {
      // The driver's own timer knows nothing of a busy process.
      super({ ...options, connectionTimeoutMillis: 0 });
      const giveUp = (): unknown =>
        this.connection.stream.destroy(timeout(`no connection was open within ${ms} ms`));
      const stop = whenLate(ms, giveUp);
      this.once('connect', stop).once('end', stop);
    }
  };
}

function timeout(what: string): Error {
  return new Error(`timeout: ${what}`);
}

import type { PostgresDatabase } from './postgres-database.ts';

const PAGE = 1_000;

/**
 * What was copied into a database, by key: the digest of each document as it was then. So a later copy can tell which side
 * has changed since.
 */
export class CopiedDocuments {
  readonly #database: PostgresDatabase;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  /** The digest of what was copied under `key`; `undefined` when nothing was. */
  async digest(key: string): Promise<string | undefined> {
    const rows = await this.#database.query<{ digest: string }>(
      'SELECT digest FROM openhands_copied WHERE key = $1',
      [key],
    );
    return rows[0]?.digest;
  }

  async remember(key: string, digest: string): Promise<void> {
    await this.#database.query(
      `INSERT INTO openhands_copied (key, digest) VALUES ($1, $2)
       ON CONFLICT (key) DO UPDATE SET digest = excluded.digest`,
      [key, digest],
    );
  }

  async forget(key: string): Promise<void> {
    await this.#database.query('DELETE FROM openhands_copied WHERE key = $1', [key]);
  }

  /** The keys of all that was copied, in the order of their bytes. */
  async *keys(): AsyncIterable<string> {
    for (let after = ''; ;) {
      const rows = await this.#database.query<{ key: string }>(
        'SELECT key FROM openhands_copied WHERE key > $1 ORDER BY key LIMIT $2',
        [after, PAGE],
      );
      for (const { key } of rows) yield key;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.key;
    }
  }
}

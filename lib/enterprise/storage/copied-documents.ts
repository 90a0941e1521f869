import type { PostgresDatabase } from './postgres-database.ts';

const PAGE = 1_000;

const ENTRIES = `
  SELECT copied.key, documents.key IS NOT NULL AS "isHere"
  FROM openhands_copied AS copied LEFT JOIN openhands_documents AS documents ON documents.key = copied.key
  WHERE copied.key > $1 ORDER BY copied.key LIMIT $2`;

/** A document that was copied into a database. */
export interface CopiedDocument {
  readonly key: string;
  /** Whether the database has it still. */
  readonly isHere: boolean;
}

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

  /** All that was copied, in the order of the bytes of their keys. */
  async *entries(): AsyncIterable<CopiedDocument> {
    for (let after = ''; ;) {
      const rows = await this.#database.query<CopiedDocument>(ENTRIES, [after, PAGE]);
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) return;
      after = last.key;
    }
  }
}

/** What is known of a database before its schema is changed. */
export interface DatabaseFacts {
  /** Whether it compares text byte by byte, so that the keys with a common prefix are neighbors in an index. */
  readonly ordersByBytes: boolean;
}

/** One step of the schema. Released steps never change; a mistake is mended by the next step. */
export interface Migration {
  readonly name: string;
  /**
   * The oldest servers that can go on with the schema behind this step: those that were made for that version. Before a
   * deploy is rolled back, nobody can ask the code of the step.
   */
  readonly oldestServer: number;
  /**
   * The statements, which run in order and in one transaction. Where a database commits each change of its schema by
   * itself, the step may be begun twice: so they do nothing to what is there already. The version of the server before
   * must be able to go on with the new schema: servers are restarted one by one.
   */
  readonly statements: (facts: DatabaseFacts) => readonly string[];
}

/**
 * The steps, the first is version 1. Plain tables, text and bigint only: PostgreSQL-compatible distributed databases have
 * them. Documents are text because `jsonb` refuses `\u0000`, which JSON allows; they are never looked into by a query.
 */
export const migrations: readonly Migration[] = [
  {
    name: 'documents and locks',
    oldestServer: 1,
    statements: ({ ordersByBytes }) => [
      `CREATE TABLE IF NOT EXISTS openhands_documents (
         key text ${ordersByBytes ? '' : 'COLLATE "C"'} NOT NULL PRIMARY KEY,
         document text NOT NULL,
         updated_at timestamptz NOT NULL DEFAULT now()
       )`,
      `CREATE TABLE IF NOT EXISTS openhands_locks (
         key text NOT NULL PRIMARY KEY,
         instance text NOT NULL,
         turn bigint NOT NULL,
         beat bigint NOT NULL
       )`,
    ],
  },
  {
    name: 'what was copied from another store',
    oldestServer: 1,
    statements: ({ ordersByBytes }) => [
      `CREATE TABLE IF NOT EXISTS openhands_copied (
         key text ${ordersByBytes ? '' : 'COLLATE "C"'} NOT NULL PRIMARY KEY,
         digest text NOT NULL
       )`,
    ],
  },
];

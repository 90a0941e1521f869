import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '../../oss/errors.ts';
import { StorageError } from '../../oss/storage/storage-error.ts';
import { assertEncoding } from './database-encoding.ts';
import { type Migration, migrations } from './migrations.ts';
import type { PostgresDatabase, Query } from './postgres-database.ts';
import { asStorageError, isPassing, sqlState } from './postgres-failure.ts';
import { unusable } from './unusable-database.ts';

const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';
/** What two that start at once make each other fail with: a unique row or name, and a table that is there. */
const TAKEN = new Set(['23505', '42P07', '42710']);
/** More than there can be processes that start at once and get in each other's way. */
const MOST_ATTEMPTS = 20;
const PAUSE_MS = 50;

/** What was done to a schema. */
export interface MigrationReport {
  /** The version before and after; 0 is an empty database. */
  readonly from: number;
  readonly to: number;
}

/**
 * Brings the schema to the version of this code; forward only. Safe when several do it at once: each step first claims its
 * number in a table, so that one of them takes it and the others wait for the outcome.
 *
 * @param onStep - is told of each step that was taken here.
 * @throws ConfigurationError one line that says why it cannot be done.
 */
export async function migrate(
  database: PostgresDatabase,
  onStep: (version: number, name: string) => void = () => undefined,
): Promise<MigrationReport> {
  try {
    await assertEncoding(database);
    // The role of the servers may find out that there is nothing to do. It may not do it.
    const from = await assertUnderstood(database);
    if (from >= migrations.length) return { from, to: from };
    await persistently(() => createMigrationTable(database));
    for (const [index, migration] of migrations.entries()) {
      const version = index + 1;
      await persistently(async () => {
        if ((await schemaVersion(database)) >= version) return;
        await database.transaction((query) => take(query, version, migration));
        onStep(version, migration.name);
      });
    }
    return { from, to: await schemaVersion(database) };
  } catch (error) {
    throw unusable(error);
  }
}

/**
 * @returns the version of the schema; 0 when there is none.
 * @throws StorageError
 */
export async function schemaVersion(database: PostgresDatabase): Promise<number> {
  try {
    const rows = await database.query<{ version: string | null }>(
      'SELECT max(version) AS version FROM openhands_migrations',
    );
    return Number(rows[0]?.version ?? 0);
  } catch (error) {
    if (sqlState((error as Error).cause) === UNDEFINED_TABLE) return 0;
    throw error;
  }
}

/**
 * A schema that is newer than this code is no obstacle if it was made for this code as well: the next version of the
 * server may be starting beside this one, or may have been taken back.
 *
 * @returns the version of the schema.
 * @throws ConfigurationError one line that says what to do.
 */
export async function assertMigrated(database: PostgresDatabase): Promise<number> {
  try {
    const version = await assertUnderstood(database);
    if (version >= migrations.length) return version;
    throw new ConfigurationError(
      `DATABASE_URL: the database has schema version ${version}, and ${migrations.length} is needed. ` +
        'Run: npx openhands-express migrate',
    );
  } catch (error) {
    throw unusable(error);
  }
}

/**
 * @returns the version of the schema.
 * @throws ConfigurationError when it is not made for servers as old as this one.
 */
async function assertUnderstood(database: PostgresDatabase): Promise<number> {
  const version = await schemaVersion(database);
  if (version <= migrations.length) return version;
  const oldest = await oldestServer(database);
  if (oldest !== undefined && oldest <= migrations.length) return version;
  const needed =
    oldest === undefined ? 'does not say which servers it is for' : `is for servers from ${oldest} on`;
  throw new ConfigurationError(
    `DATABASE_URL: the database has schema version ${version}, which ${needed}; this one is for ${migrations.length}. ` +
      'Start a newer version of the server, or restore the database as it was before the migration.',
  );
}

/** Every step is asked: each may have taken something away that older servers need. */
async function oldestServer(database: PostgresDatabase): Promise<number | undefined> {
  try {
    const rows = await database.query<{ oldest: string | null }>(
      'SELECT max(oldest_server) AS oldest FROM openhands_migrations',
    );
    return Number(rows[0]?.oldest ?? 0);
  } catch (error) {
    if (sqlState((error as Error).cause) === UNDEFINED_COLUMN) return undefined;
    throw error;
  }
}

async function createMigrationTable(database: PostgresDatabase): Promise<void> {
  await database.query(
    `CREATE TABLE IF NOT EXISTS openhands_migrations (
       version bigint NOT NULL PRIMARY KEY,
       name text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
  // The first servers had no such column, and could go on with every step that there was.
  await database.query(
    'ALTER TABLE openhands_migrations ADD COLUMN IF NOT EXISTS oldest_server bigint NOT NULL DEFAULT 1',
  );
}

async function take(query: Query, version: number, step: Migration): Promise<void> {
  const { name, oldestServer, statements } = step;
  // The second one waits here, and then fails because the number is taken, or goes on if the first one failed.
  await query('INSERT INTO openhands_migrations (version, name, oldest_server) VALUES ($1, $2, $3)', [
    version,
    name,
    oldestServer,
  ]);
  // In an order by bytes, capitals come first.
  const [facts] = await query<{ ordersByBytes: boolean }>(`SELECT 'B' < 'a' AS "ordersByBytes"`);
  for (const statement of statements({ ordersByBytes: facts?.ordersByBytes === true }))
    await query(statement);
}

/** Runs `step` until nobody gets in its way. */
async function persistently(step: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await step();
      return;
    } catch (error) {
      // A single statement has been tried again already; a transaction has not.
      const wasTriedAgain = error instanceof StorageError;
      const cause = wasTriedAgain ? error.cause : error;
      const isInTheWay = TAKEN.has(sqlState(cause) ?? '') || (!wasTriedAgain && isPassing(cause));
      if (!isInTheWay || attempt === MOST_ATTEMPTS) throw asStorageError(error);
      await delay(PAUSE_MS);
    }
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '../../oss/errors.ts';
import { StorageError } from '../../oss/storage/storage-error.ts';
import { type Migration, migrations } from './migrations.ts';
import type { PostgresDatabase, Query } from './postgres-database.ts';
import { asStorageError, isPassing, sqlState } from './postgres-failure.ts';
import { unusable } from './unusable-database.ts';

const UNDEFINED_TABLE = '42P01';
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
    await persistently(() => createMigrationTable(database));
    const from = await schemaVersion(database);
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
 * A newer schema than this code's is no obstacle: the next version of the server may be starting beside this one.
 *
 * @throws ConfigurationError one line that says what to do.
 */
export async function assertMigrated(database: PostgresDatabase): Promise<void> {
  const version = await schemaVersion(database).catch((error: unknown) => {
    throw unusable(error);
  });
  if (version >= migrations.length) return;
  throw new ConfigurationError(
    `DATABASE_URL: the database has schema version ${version}, and ${migrations.length} is needed. ` +
      'Run: npx openhands-express migrate',
  );
}

async function createMigrationTable(database: PostgresDatabase): Promise<void> {
  await database.query(
    `CREATE TABLE IF NOT EXISTS openhands_migrations (
       version bigint NOT NULL PRIMARY KEY,
       name text NOT NULL,
       applied_at timestamptz NOT NULL DEFAULT now()
     )`,
  );
}

async function take(query: Query, version: number, { name, statements }: Migration): Promise<void> {
  // The second one waits here, and then fails because the number is taken, or goes on if the first one failed.
  await query('INSERT INTO openhands_migrations (version, name) VALUES ($1, $2)', [version, name]);
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

/** What can be known of a database at the start, so that a server that could never work ends there. */
import { assertEncoding } from './database-encoding.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { assertMigrated } from './schema.ts';
import { unusable } from './unusable-database.ts';

/** What servers do to their tables, each in a form that finds nothing to change. */
const USES = [
  `INSERT INTO openhands_documents (key, document) SELECT '', '' WHERE false
   ON CONFLICT (key) DO UPDATE SET document = excluded.document, updated_at = now()`,
  "DELETE FROM openhands_documents WHERE key = ''",
  `INSERT INTO openhands_locks (key, instance, turn, beat) SELECT '', '', 0, 0 WHERE false
   ON CONFLICT (key) DO UPDATE SET instance = excluded.instance, turn = excluded.turn, beat = 0`,
  "DELETE FROM openhands_locks WHERE key = ''",
];

/**
 * Makes sure that servers can work on a database: it has the tables, takes writes, and the role may do all that they do.
 *
 * @returns a line about what works and might be better; undefined when there is nothing to say.
 * @throws ConfigurationError one line that says what to do.
 */
export async function assertUsable(database: PostgresDatabase): Promise<string | undefined> {
  const warning = await assertEncoding(database);
  await assertMigrated(database);
  try {
    for (const use of USES) await database.query(use);
  } catch (error) {
    throw unusable(error);
  }
  return warning;
}

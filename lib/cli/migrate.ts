import { pino } from 'pino';
import { readDatabaseUrl } from '../enterprise/storage/database-environment.ts';
import { describeDatabase } from '../enterprise/storage/database-url.ts';
import { migrations } from '../enterprise/storage/migrations.ts';
import { PostgresDatabase } from '../enterprise/storage/postgres-database.ts';
import { assertMigrated, migrate as migrateDatabase } from '../enterprise/storage/schema.ts';
import type { Command } from './command.ts';
import { parseCommandLine } from './command-line.ts';

/** A step may have to rewrite a big table. */
const LONGEST_STEP_MS = 3_600_000;

/** `openhands-express migrate`: to be run once before a new version of the server starts. */
export const migrate: Command = {
  usage: `migrate [--check]

Makes or updates the tables in the database that DATABASE_URL names. Does nothing to one that is up to date; safe when
several run it at once, and while servers run.

  --check  changes nothing, and ends with exit code 1 when the database is not up to date`,

  async run(args, terminal) {
    const { check } = parseCommandLine({
      args: [...args],
      allowPositionals: false,
      options: { check: { type: 'boolean', default: false } },
    }).values;
    const url = readDatabaseUrl(terminal.env);
    terminal.error(`Store: ${describeDatabase(url)}`);
    const log = pino({ level: 'silent' });
    const database = new PostgresDatabase({ url, log, maxConnections: 1, timeoutMs: LONGEST_STEP_MS });
    try {
      if (check) {
        terminal.out(upToDate(await assertMigrated(database)));
        return 0;
      }
      const { from, to } = await migrateDatabase(database, (version, name) => {
        terminal.out(`${version}  ${name}`);
      });
      terminal.out(from >= to ? upToDate(to) : `The database has version ${to} now.`);
      return 0;
    } finally {
      await database.close();
    }
  },
};

function upToDate(version: number): string {
  return version > migrations.length
    ? `The database has version ${version}, which is newer than this server, and for it as well.`
    : `The database is up to date: version ${version}.`;
}

/** Databases and stores for the tests here. */
import { type Logger, pino } from 'pino';
import { PostgresDatabase } from '../../lib/enterprise/storage/postgres-database.ts';
import { migrate } from '../../lib/enterprise/storage/schema.ts';
import { Secret } from '../../lib/oss/secret.ts';
import type { PostgresServer } from './engines/postgres-server.ts';

export const silent = pino({ level: 'silent' });

/** A logger and what it has said: `[message, …]`. */
export function listeningLog(): { log: Logger; said: string[] } {
  const said: string[] = [];
  const log = pino(
    { level: 'trace' },
    { write: (line) => said.push((JSON.parse(line) as { msg: string }).msg) },
  );
  return { log, said };
}

/** Makes the tables in a database. @returns its address as a store takes it. */
export async function migrated(address: string): Promise<Secret> {
  const url = new Secret(address);
  const database = new PostgresDatabase({ url, log: silent, maxConnections: 1 });
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
  return url;
}

/** A new database with tables. */
export async function newDatabase(server: PostgresServer, options = ''): Promise<Secret> {
  return migrated(await server.newDatabase(options));
}

import { ConfigurationError } from '../../oss/errors.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { sqlState } from './postgres-failure.ts';
import { unusable } from './unusable-database.ts';

/** What people write: letters with marks, other scripts, what is beyond the basic plane, and what is made of several signs. */
const SAMPLE = 'żółw Ωмה 你好 ไทย 🐢👩‍💻';
/** What a server says of a sign that its encoding has no room for, or that is none to it. */
const NO_ROOM = /^22P0[25]$|^22021$|^0A000$/;

/**
 * Most encodings but UTF8 have no room for much of what people write, which only shows when they write it. So the database is
 * asked to give a sample back: one in SQL_ASCII, which has no encoding, can.
 *
 * @returns what an operator should know of an encoding that can do it; undefined when it is UTF8.
 * @throws ConfigurationError
 */
export async function assertEncoding(database: PostgresDatabase): Promise<string | undefined> {
  try {
    const [row] = await database.query<{ encoding: string }>(
      "SELECT current_setting('server_encoding') AS encoding",
    );
    const encoding = row?.encoding ?? 'unknown';
    if (/^utf-?8$/i.test(encoding)) return undefined;
    if (await keeps(database, SAMPLE)) return warning(encoding);
    throw new ConfigurationError(
      `DATABASE_URL: the database has the encoding ${encoding}, and UTF8 is needed. ` +
        'Set the name of another one: CREATE DATABASE … ENCODING UTF8 TEMPLATE template0',
    );
  } catch (error) {
    throw unusable(error);
  }
}

async function keeps(database: PostgresDatabase, text: string): Promise<boolean> {
  try {
    // Put together from two, so that it is a text of the server's.
    const [row] = await database.query<{ text: string }>("SELECT $1::text || ''::text AS text", [text]);
    return row?.text === text;
  } catch (error) {
    if (NO_ROOM.test(sqlState((error as Error).cause) ?? '')) return false;
    throw error;
  }
}

function warning(encoding: string): string {
  return (
    `DATABASE_URL: the database has the encoding ${encoding}. It keeps what it is given, but does not know it for text: ` +
    'other programs can put there what is none. Move to one in UTF8 when you can.'
  );
}

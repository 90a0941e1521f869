import { ConfigurationError } from '../../oss/errors.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { unusable } from './unusable-database.ts';

/**
 * Any other encoding than UTF8 has no room for most of what people write, which only shows when they write it.
 *
 * @throws ConfigurationError
 */
export async function assertEncoding(database: PostgresDatabase): Promise<void> {
  const rows = await database
    .query<{ encoding: string }>("SELECT current_setting('server_encoding') AS encoding")
    .catch((error: unknown) => {
      throw unusable(error);
    });
  const encoding = rows[0]?.encoding ?? 'unknown';
  if (/^utf-?8$/i.test(encoding)) return;
  throw new ConfigurationError(
    `DATABASE_URL: the database has the encoding ${encoding}, and UTF8 is needed. ` +
      'Set the name of another one: CREATE DATABASE … ENCODING UTF8 TEMPLATE template0',
  );
}

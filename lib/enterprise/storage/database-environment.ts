/** What the environment says about the shared database. */
import { z } from 'zod';
import { type EnvironmentVariables, readVariables } from '../../oss/read-variables.ts';
import { Secret } from '../../oss/secret.ts';
import { DATABASE_URL_EXPECTED, parseDatabaseUrl } from './database-url.ts';

/** What the address leaves open, the variables of libpq say. */
const databaseUrl = (env: EnvironmentVariables) =>
  z.string({ error: DATABASE_URL_EXPECTED }).transform((text, context) => {
    const parsed = parseDatabaseUrl(text, env);
    if ('url' in parsed) return new Secret(parsed.url);
    context.addIssue(parsed.complaint);
    return z.NEVER;
  });

/** The variables, for the schema of the whole environment. */
export const databaseVariables = (env: EnvironmentVariables) => ({
  DATABASE_URL: databaseUrl(env)
    .optional()
    .describe(
      'The shared store instead of FILE_STORE_PATH, as postgres://user:password@host:5432/database. COOKIE_SECRETS and TOKEN_ENCRYPTION_KEYS must then be set, the same in every process. What the address leaves open, the variables of libpq say: PGPASSWORD, PGSSLMODE and others.',
    ),
  DATABASE_POOL_SIZE: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .prefault('10')
    .describe(
      'How many connections to the database each process has at most, besides one for the heartbeats of locks.',
    ),
});

/** What to say of a bad value whose schema has nothing to say for itself. */
export const databaseExpectations: Readonly<Record<string, string>> = {
  DATABASE_POOL_SIZE: 'must be a number of connections from 1 to 999.',
};

/**
 * Reads the address of the database where it is needed, and nothing else.
 *
 * @throws ConfigurationError
 */
export function readDatabaseUrl(env: EnvironmentVariables): Secret {
  const schema = z.object({ DATABASE_URL: databaseUrl(env) });
  return readVariables(schema, env, databaseExpectations).DATABASE_URL;
}

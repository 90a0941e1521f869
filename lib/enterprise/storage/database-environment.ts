/** What the environment says about the shared database. */
import { z } from 'zod';

import { readVariables, type EnvironmentVariables } from '../../oss/environment.ts';
import { Secret } from '../../oss/secret.ts';

const databaseUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//)
  .refine((value) => URL.canParse(value))
  .transform((value) => new Secret(value));

/** The variables, for the schema of the whole environment. */
export const databaseVariables = {
  DATABASE_URL: databaseUrl.optional(),
  DATABASE_POOL_SIZE: z
    .string()
    .regex(/^[1-9]\d{0,2}$/)
    .transform(Number)
    .prefault('10'),
};

/** What to say of a bad value. */
export const databaseExpectations: Readonly<Record<string, string>> = {
  DATABASE_URL: 'must be set to an address such as postgres://user:password@host:5432/database.',
  DATABASE_POOL_SIZE: 'must be a number of connections from 1 to 999.',
};

/** Where a database is, without the user and the password, for people. */
export function describeDatabase(url: Secret): string {
  const { host, pathname } = new URL(url.reveal());
  return `PostgreSQL ${host}${pathname}`;
}

/**
 * Reads the address of the database where it is needed, and nothing else.
 *
 * @throws ConfigurationError
 */
export function readDatabaseUrl(env: EnvironmentVariables): Secret {
  const schema = z.object({ DATABASE_URL: databaseUrl });
  return readVariables(schema, env, databaseExpectations).DATABASE_URL;
}

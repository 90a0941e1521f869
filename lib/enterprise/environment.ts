/** What the Enterprise edition reads from the environment besides what both editions read. */
import { z } from 'zod';
import { commaSeparated, duration } from '../oss/environment.ts';
import { type EnvironmentVariables, readGroup, type VariableGroup } from '../oss/read-variables.ts';
import { Secret } from '../oss/secret.ts';
import { SHORTEST_COOKIE_SECRET } from './auth/cookie-secrets.ts';
import { isRedisPrefix, REDIS_PREFIX_EXPECTED } from './redis/redis-prefix.ts';
import { parseRedisUrl } from './redis/redis-url.ts';
import { databaseExpectations, databaseVariables } from './storage/database-environment.ts';
import { readEncryptionKeys } from './tokens/encryption-keys.ts';

/** Browsers cut a cookie's age to this (RFC 6265bis, section 5.5). */
const LONGEST_SESSION = '400d';
/** No browser needs to know of it. */
const LONGEST_MAX = '3650d';

const secret = z.string().transform((value) => new Secret(value));

/** Comma-separated while one is being changed for another. */
const secrets = commaSeparated.transform((values) => values.map((value) => new Secret(value)));

const origins = commaSeparated.transform((values, context) => {
  if (!values.every(isOrigin)) {
    context.addIssue('must be origins such as https://app.example.com, comma-separated, without a path.');
    return z.NEVER;
  }
  return values.map((value) => new URL(value).origin);
});

function isOrigin(value: string): boolean {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  // URLs may have hosts that no browser ever comes from, such as `*.example.com`: it would match nothing, silently.
  const isHost = /^([\w-]+(\.[\w-]+)*\.?|\[[\da-f:]+\])$/.test(url?.hostname ?? '');
  return url !== undefined && isHost && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

const cookieSecrets = commaSeparated.transform((values, context): [Secret, ...Secret[]] => {
  const [first, ...others] = values;
  if (first === undefined || values.some((value) => value.length < SHORTEST_COOKIE_SECRET)) {
    context.addIssue(
      `must be secrets of at least ${SHORTEST_COOKIE_SECRET} characters each, comma-separated.`,
    );
    return z.NEVER;
  }
  return [new Secret(first), ...others.map((value) => new Secret(value))];
});

const encryptionKeys = z.string().transform((value, context) => {
  const read = readEncryptionKeys(value);
  if ('keys' in read) return new Secret(value);
  context.addIssue(read.complaint);
  return z.NEVER;
});

const redisUrl = z.string().transform((value, context) => {
  const parsed = parseRedisUrl(value);
  if ('address' in parsed) return new Secret(value);
  context.addIssue(parsed.complaint);
  return z.NEVER;
});

const saasEnvironment = (env: EnvironmentVariables) =>
  z
    .object({
      GITHUB_APP_CLIENT_ID: z.string().describe('The client ID of the GitHub App.'),
      GITHUB_APP_CLIENT_SECRET: secret.describe('A client secret of the GitHub App.'),
      GITHUB_APP_WEBHOOK_SECRET: secrets
        .prefault('')
        .describe(
          'The secret of its webhook; without it, webhooks answer 404. Comma-separated while one is being changed: each of them verifies.',
        ),
      GITHUB_APP_SLUG: z
        .string()
        .regex(/^[a-z\d](-?[a-z\d])*$/i)
        .optional()
        .describe(
          'The name in the address of the GitHub App, behind /apps/. Without it the client offers nobody to add repositories.',
        ),
      GITHUB_USER_LIST_FILE: z
        .string()
        .optional()
        .describe(
          'Who may sign in: a file with one login a line, read again when it changes. Without it, everyone may.',
        ),
      PERMITTED_CORS_ORIGINS: origins
        .prefault('')
        .describe('Origins whose pages may call the API, such as https://app.example.com; comma-separated.'),
      COOKIE_SECRETS: cookieSecrets
        .optional()
        .describe(
          'What cookies are signed with: secrets of at least 32 characters, comma-separated; the first signs, all verify. Made once, in the file store, where it is unset.',
        ),
      TOKEN_ENCRYPTION_KEYS: encryptionKeys
        .optional()
        .describe(
          'What tokens are encrypted with: KEY-ID:BASE64 of 32 bytes, comma-separated; the first encrypts, all decrypt. Made once, likewise.',
        ),
      SESSION_TTL: duration('1s', LONGEST_SESSION, '30d or 12h')
        .prefault('30d')
        .describe(
          'How long a session goes on that is not used: a time with its unit, 400d at most. One that is used is renewed when half of it is over.',
        ),
      SESSION_MAX: duration('1s', LONGEST_MAX, '90d or 12h')
        .optional()
        .describe(
          'How long a session goes on that is used, from the sign-in: a time with its unit, 3650d at most. Unset, for ever, which a stolen cookie does as well.',
        ),
      METRICS_TOKEN: secret
        .optional()
        .describe('The bearer token for /internal/metrics from other machines.'),
      ...databaseVariables(env),
      REDIS_URL: redisUrl
        .optional()
        .describe(
          'A Redis for what several processes share and may lose: redis://, rediss:// or unix://. Without it, or while it is away, every process goes on alone.',
        ),
      REDIS_PREFIX: z
        .string()
        .refine(isRedisPrefix)
        .optional()
        .describe(
          'What every key in Redis begins with. Unset, it is made of the GitHub App and the store, so that deployments share nothing.',
        ),
    })
    .superRefine((variables, context) => {
      if (variables.DATABASE_URL === undefined) return;
      // A process cannot know whether it is alone on its database, and what it makes for itself no other one would have.
      for (const name of SHARED_SECRETS) {
        if (variables[name] === undefined)
          context.addIssue({ code: 'custom', path: [name], message: SHARED });
      }
    });

/** What all processes on one database have to have in common. */
const SHARED_SECRETS = ['COOKIE_SECRETS', 'TOKEN_ENCRYPTION_KEYS'] as const;
const SHARED = 'must be set when DATABASE_URL is, and be the same in every process on the database.';

/** Under the names of the variables, checked and with defaults; `SESSION_TTL` and `SESSION_MAX` in milliseconds. */
export type SaasEnvironment = Readonly<z.output<ReturnType<typeof saasEnvironment>>>;

const EXPECTATIONS: Readonly<Record<string, string>> = {
  GITHUB_APP_CLIENT_ID:
    'must be set to the client ID of the GitHub App; npx openhands-express github-app helps to register one.',
  GITHUB_APP_CLIENT_SECRET: 'must be set to a client secret of the GitHub App.',
  GITHUB_APP_SLUG:
    'must be the name in the address of the GitHub App: what is behind https://github.com/apps/.',
  REDIS_PREFIX: REDIS_PREFIX_EXPECTED,
  ...databaseExpectations,
};

/** The variables of the Enterprise edition. */
export const SAAS_VARIABLES: VariableGroup<ReturnType<typeof saasEnvironment>> = {
  title: 'The Enterprise edition',
  schema: saasEnvironment,
  expectations: EXPECTATIONS,
};

/**
 * Reads the variables of the Enterprise edition.
 *
 * @throws ConfigurationError one line that names every variable that is missing or has a bad value.
 */
export function readSaasEnvironment(env: EnvironmentVariables): SaasEnvironment {
  return readGroup(SAAS_VARIABLES, env);
}

import { isIP } from 'node:net';
import ms from 'ms';
import { z } from 'zod';
import { gitHubAt } from './github/github-address.ts';
import { hostNameOf } from './host-name.ts';
import { parseRateLimits, RATE_LIMIT_GRAMMAR } from './middleware/rate-limit-grammar.ts';
import { type EnvironmentVariables, readGroup, type VariableGroup } from './read-variables.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const TRUST_PROXY_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * An http(s) address without credentials, query or fragment; its trailing slash is dropped, so that paths can be
 * appended. Exported for the environments of other editions.
 */
export const baseUrl = z.string().transform((value, context) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const plain = url !== undefined && url.username + url.password + url.search + url.hash === '';
  if (url === undefined || !plain || !['http:', 'https:'].includes(url.protocol)) {
    context.addIssue('must be an http or https address such as https://example.com.');
    return z.NEVER;
  }
  return url.href.replace(/\/+$/, '');
});

/** A comma-separated list; blanks around the items are dropped. Exported for the environments of other editions. */
export const commaSeparated = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/**
 * A time with its unit, such as `30d`, in milliseconds. A bare number would be milliseconds to some people and seconds to
 * others. Exported for the environments of other editions.
 *
 * @internal
 */
export function duration(shortest: ms.StringValue, longest: ms.StringValue, example: string) {
  return z.string().transform((value, context) => {
    const length = /[a-z]$/i.test(value) ? (ms(value as ms.StringValue) as number | undefined) : undefined;
    if (length === undefined || !(length >= ms(shortest) && length <= ms(longest))) {
      context.addIssue(`must be a time with its unit, from ${shortest} to ${longest}, such as ${example}.`);
      return z.NEVER;
    }
    return length;
  });
}

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .refine((value) => value <= 65_535);

const trustProxy = z.string().transform((value, context): boolean | number | string[] => {
  if (['off', 'false', 'no'].includes(value)) return false;
  if (['on', 'true', 'yes'].includes(value)) return true;
  if (/^\d{1,3}$/.test(value)) return Number(value);
  const proxies = commaSeparated.parse(value);
  if (proxies.length === 0 || !proxies.every(isProxy)) {
    context.addIssue(
      'must be off, on, a number of proxies such as 1, or addresses such as loopback,10.0.0.0/8.',
    );
    return z.NEVER;
  }
  return proxies;
});

function isProxy(value: string): boolean {
  const [address = '', prefix, ...rest] = value.split('/');
  if (TRUST_PROXY_NAMES.has(value)) return true;
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return bits > 0 && rest.length === 0 && (prefix === undefined || (/^\d+$/.test(prefix) && +prefix <= bits));
}

const hostNames = commaSeparated.transform((values, context) => {
  const names = values.map(hostNameOf);
  if (!names.every((name) => name !== undefined && !name.includes('*'))) {
    context.addIssue(
      'must be names of hosts such as openhands.example, comma-separated, without a scheme or a path.',
    );
    return z.NEVER;
  }
  return names as string[];
});

const flag = z.string().transform((value, context) => {
  if (['1', 'on', 'true', 'yes'].includes(value)) return true;
  if (['0', 'off', 'false', 'no'].includes(value)) return false;
  context.addIssue('must be 1 or 0.');
  return z.NEVER;
});

const rateLimit = z.string().transform((value, context) => {
  const limits = parseRateLimits(value);
  if (limits === undefined) {
    context.addIssue(`must be ${RATE_LIMIT_GRAMMAR}.`);
    return z.NEVER;
  }
  return limits;
});

const ossEnvironment = z
  .object({
    PORT: port.default(3000),
    HOST: z.string().default('127.0.0.1'),
    FILE_STORE_PATH: z.string().default('.openhands'),
    FRONTEND_DIRECTORY: z.string().optional(),
    PUBLIC_URL: baseUrl.optional(),
    ALLOWED_HOSTS: hostNames.optional(),
    /** Unset, a mounted app goes by what its host trusts. */
    TRUST_PROXY: trustProxy.optional(),
    GITHUB_BASE_URL: baseUrl.default('https://github.com'),
    GITHUB_API_URL: baseUrl.optional(),
    /** `<module>#<export>`; the configuration loads it. */
    OPENHANDS_GITHUB_SERVICE_CLS: z.string().optional(),
    RATE_LIMIT: rateLimit.prefault('20/second;600/minute'),
    LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
    POSTHOG_CLIENT_KEY: z.string().default(''),
    LLM_MODELS_FILE: z.string().optional(),
    SHUTDOWN_DELAY: duration('0s', '5m', '10s').prefault('0s'),
    STACK_INSPECTOR: flag.prefault('0'),
  })
  .transform((variables) => {
    const { base, api } = gitHubAt(variables.GITHUB_BASE_URL);
    return { ...variables, GITHUB_BASE_URL: base, GITHUB_API_URL: variables.GITHUB_API_URL ?? api };
  });

/**
 * What both editions read from the environment, under the names of the variables, checked and with defaults; times in
 * milliseconds.
 */
export type Environment = Readonly<z.output<typeof ossEnvironment>>;

/** What to say of a variable whose schema has nothing to say for itself. */
const EXPECTATIONS: Readonly<Record<string, string>> = {
  PORT: 'must be a whole number from 0 to 65535.',
  LOG_LEVEL: `must be one of ${LOG_LEVELS.join(', ')}.`,
};

/** The variables that both editions share. */
export const OSS_VARIABLES: VariableGroup<typeof ossEnvironment> = {
  title: 'Both editions',
  schema: () => ossEnvironment,
  expectations: EXPECTATIONS,
};

/**
 * Reads the variables that both editions share.
 *
 * @throws ConfigurationError one line that names every variable with a bad value and says what to set.
 */
export function readEnvironment(env: EnvironmentVariables): Environment {
  return readGroup(OSS_VARIABLES, env);
}

import { isIP } from 'node:net';
import ms from 'ms';
import { z } from 'zod';
import { gitHubAt } from './github/github-address.ts';
import { hostNameOf } from './host-name.ts';
import { parseRateLimits, RATE_LIMIT_GRAMMAR } from './middleware/rate-limit-grammar.ts';
import { type EnvironmentVariables, readGroup, type VariableGroup } from './read-variables.ts';
import { workerCount, WORKERS_EXPECTED } from './worker-count.ts';

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
    OPENHANDS_CONFIG_CLS: z
      .string()
      .optional()
      .describe(
        'The edition, as MODULE#EXPORT; unset, the OSS edition; empty, the start is refused. The Enterprise edition is openhands-express/enterprise#SaasServerConfig.',
      ),
    PORT: port.default(3000).describe('The port to listen at; 0 takes any that is free.'),
    HOST: z
      .string()
      .default('127.0.0.1')
      .describe('The address to listen at; 0.0.0.0 is every one of this machine.'),
    WORKERS: z
      .string()
      .transform(workerCount)
      .refine((count) => count !== undefined)
      .optional()
      .describe(
        'How many processes serve the port, or auto for as many as there are cores; serve --workers goes before it. Unset, the one that is started.',
      ),
    FILE_STORE_PATH: z
      .string()
      .default('.openhands')
      .describe('The folder that settings and tokens are kept in, from the working directory.'),
    FRONTEND_DIRECTORY: z
      .string()
      .optional()
      .describe('The folder of a built client. Without it the built-in page is served.'),
    PUBLIC_URL: baseUrl
      .optional()
      .describe('The address that browsers use, where a proxy stands before the server.'),
    ALLOWED_HOSTS: hostNames
      .optional()
      .describe(
        "OSS edition: names by which others ask for this server, besides localhost, its addresses and PUBLIC_URL's; comma-separated.",
      ),
    /** Unset, a mounted app goes by what its host trusts. */
    TRUST_PROXY: trustProxy
      .optional()
      .describe(
        'Which proxies to believe: off, on, a number of them, or addresses such as loopback,10.0.0.0/8.',
      ),
    GITHUB_BASE_URL: baseUrl
      .default('https://github.com')
      .describe('The address of GitHub: github.com, a tenant of ghe.com, or a GitHub Enterprise Server.'),
    GITHUB_API_URL: baseUrl
      .optional()
      .describe(
        "The address of GitHub's API. Unset, it follows from GITHUB_BASE_URL: api.github.com, api.TENANT.ghe.com, or /api/v3 of a GitHub Enterprise Server.",
      ),
    OPENHANDS_GITHUB_SERVICE_CLS: z
      .string()
      .optional()
      .describe(
        'What GitHub is called with, as MODULE#EXPORT: a class that extends GitHubService, or SaaSGitHubService in the Enterprise edition.',
      ),
    RATE_LIMIT: rateLimit
      .prefault('20/second;600/minute')
      .describe(
        'Requests under /api and for signing in, of one address or one user: off, or limits as the default is. One for less than four seconds is an average over four.',
      ),
    LOG_LEVEL: z
      .enum(LOG_LEVELS)
      .default('info')
      .describe('From which level on to log: fatal, error, warn, info, debug, trace or silent.'),
    POSTHOG_CLIENT_KEY: z.string().default('').describe('Given to the client.'),
    LLM_MODELS_FILE: z
      .string()
      .optional()
      .describe(
        'What a person may choose from as models: a file with one a line, read again when it changes.',
      ),
    SHUTDOWN_DELAY: duration('0s', '5m', '10s')
      .prefault('0s')
      .describe(
        'For how long the server goes on after SIGTERM while /ready says no, so that load balancers notice: 0s to 5m.',
      ),
    STACK_INSPECTOR: flag
      .prefault('0')
      .describe('1: a page at /stack shows the stack and the requests through it, to this machine only.'),
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
  WORKERS: WORKERS_EXPECTED,
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

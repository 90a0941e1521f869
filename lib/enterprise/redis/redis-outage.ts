/** Why a Redis is not used, and what a person does about it. */
import { ConnectionTimeoutError, ErrorReply } from 'redis';
import { ConfigurationError } from '../../oss/errors.ts';

/** Redis cannot be asked now. */
export class RedisAwayError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RedisAwayError';
  }
}

/** Redis has not answered in time: it is silent, or slow. Which of them cannot be told, and does not matter to those who wait. */
export class RedisTimeoutError extends RedisAwayError {
  /** @param limitMs - how long it may take, in milliseconds. */
  constructor(limitMs: number) {
    super(`Redis has not answered within ${limitMs} ms.`);
    this.name = 'RedisTimeoutError';
  }
}

/** What a log line says of it. */
export interface Outage {
  readonly message: string;
  /** The code of what Redis has answered, such as `READONLY`. */
  readonly reason?: string;
  readonly advice?: string;
}

/** An answer that is part of how scripts are used. */
const NO_SCRIPT = /^NOSCRIPT\b/;
/** What Redis answers that will not let anybody in with this user, password and number of a database. */
const NO_ENTRY = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|DB index|invalid DB index|SELECT))\b/;

/** By code. Redis 6.2 puts its own words before the code of what fails in a script. */
const REFUSALS: readonly (readonly [code: string, advice: string])[] = [
  ['READONLY', 'It is a replica. New connections are tried until REDIS_URL leads to a primary'],
  ['OOM', 'Its memory is full. Raise maxmemory, or set maxmemory-policy to allkeys-lru'],
  ['NOPERM', 'Its user lacks a right. docs/redis.md lists the commands and keys in use'],
  ['CLUSTERDOWN', 'Its cluster serves no keys. redis-cli --cluster check says which slots are missing'],
  ['MISCONF', 'It cannot save to its disk, and refuses writes meanwhile. Mend that, or save nothing'],
  ['NOREPLICAS', 'It has fewer replicas than min-replicas-to-write asks for'],
  ['MASTERDOWN', 'It is a replica without its primary'],
  ['LOADING', 'It loads its data, and will be back by itself'],
  ['BUSY', 'A script of somebody else keeps it busy'],
  ['MOVED', 'Its cluster has moved the keys. New connections follow'],
  ['ASK', 'Its cluster is moving the keys. New connections follow when it has'],
  ['DENIED', 'It is in protected mode. Give it a password, or an address to bind to'],
];
/** How Redis 7.0 says NOPERM of what a script does. */
const NO_RIGHT_IN_SCRIPT = /^ERR (?=The user executing the script can't\b)/;

const UNKNOWN = 'Name the authority of its certificate: sslrootcert in REDIS_URL, or NODE_EXTRA_CA_CERTS';
/** By the codes of Node. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN,
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name than the one in REDIS_URL',
  CERT_HAS_EXPIRED: 'Its certificate has expired',
};

/** What to say of the error that has ended a connection, or that there was instead of one. */
export function describeOutage(error: unknown): Outage {
  if (error instanceof RedisTimeoutError || error instanceof ConnectionTimeoutError) {
    return { message: 'Redis does not answer in time; this process goes on alone' };
  }
  if (error instanceof ConfigurationError) {
    return { message: 'Redis cannot be used as it is set up; this process goes on alone' };
  }
  if (isRefusal(error)) {
    return { message: 'Redis refuses what it is asked; this process goes on alone', ...refusalOf(error) };
  }
  const { code } = error as { code?: unknown };
  const advice = typeof code === 'string' ? CERTIFICATES[code] : undefined;
  return { message: 'Redis is away; this process goes on alone', ...(advice !== undefined && { advice }) };
}

/** Whether Redis is there, and says that it does not do what it is asked. */
export function isRefusal(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply && !NO_SCRIPT.test(error.message);
}

/** The code of a refusal, and what to do. */
export function refusalOf(error: ErrorReply): { reason: string; advice?: string } {
  const message = error.message.replace(NO_RIGHT_IN_SCRIPT, 'NOPERM ');
  const known = REFUSALS.find(([code]) => new RegExp(`(^|-)${code}\\b`).test(message));
  if (known !== undefined) return { reason: known[0], advice: known[1] };
  return { reason: /^[A-Z]+/.exec(message)?.[0] ?? 'ERR' };
}

/**
 * When Redis lets nobody in with this address: it is there, so that is no outage, and would stay as it is.
 *
 * @param error - what it has answered to somebody who comes in.
 */
export function noEntry(error: unknown): ConfigurationError | undefined {
  if (!(error instanceof ErrorReply) || !NO_ENTRY.test(error.message)) return undefined;
  const answer = error.message.replace(/\.$/, '');
  return new ConfigurationError(
    `REDIS_URL: Redis lets nobody in: ${answer}. Set the user, the password and the number of the database.`,
    { cause: error },
  );
}

import { ConfigurationError } from '../../oss/errors.ts';
import { StorageError } from '../../oss/storage/storage-error.ts';

/** What to do about a failure, by its code (SQLSTATE, `errno`, TLS) and by what `pg` says where it has none. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^(28P01|28000)\b|SASL/, 'Set the user and the password of a role that may log in.'],
  [/^3D000\b/, 'Create it, or set the name of another one.'],
  [/^(ENOTFOUND|EAI_AGAIN)\b/, 'Set a host whose name resolves.'],
  [
    /^(ENOENT|EACCES|EISDIR) .*, (open|read)\b/,
    'Set sslrootcert, sslcert and sslkey to files that this user may read.',
  ],
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|ENOENT|EACCES)\b|timeout/i,
    'Start it, or set the host and the port, or the folder of the socket, where it listens.',
  ],
  [/does not support SSL/, 'Set sslmode=disable, or turn on TLS at the server.'],
  [
    /^(ERR_TLS|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/,
    "Set sslrootcert to the file with its authority's certificate, and the host as its certificate names it, " +
      'or sslmode=no-verify to check nothing.',
  ],
];

/** @returns the error of a start on a database that cannot be used: one line that says why, and what to set. */
export function unusable(error: unknown): ConfigurationError {
  const cause = error instanceof StorageError ? error.cause : error;
  const reason = reasonOf(cause);
  const facts = `${codeOf(cause)} ${reason}`;
  const advice = ADVICE.find(([pattern]) => pattern.test(facts))?.[1];
  return new ConfigurationError(
    `DATABASE_URL: the database cannot be used: ${[reason, ...(advice === undefined ? [] : [advice])].join(' ')}`,
    { cause },
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it does not answer.';
  // Of several addresses that were tried, each has a message; all of them together have none.
  const messages = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  const text = messages.map(({ message }) => message).join(', ');
  return `${(text === '' ? codeOf(error) : text).trim().replaceAll(/\s+/g, ' ').replace(/\.$/, '')}.`;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

/**
 * Whose fault each failure of a database is, and what an operator can do about it. By SQLSTATE, by the code of a
 * connection's error, and by what is said where neither tells enough.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import type { StorageFailure } from '../../oss/storage/storage-failure.ts';

export interface KnownFailure {
  /** What is tried on `SQL <SQLSTATE> <message>`, `<code> <message>`, or `<name> <message>`. The first one counts. */
  readonly pattern: RegExp;
  readonly failure: StorageFailure;
  /** What an operator can do about it: one line. */
  readonly advice?: string;
  /** Whether the same statement may succeed at once. What is only slow is not asked again: that makes it worse. */
  readonly isPassing?: true;
}

const START_IT = 'Start it, or set the host and the port, or the folder of the socket, where it listens.';
const MAY_LOG_IN = 'Set the user and the password of a role that may log in.';
const OTHER_DATABASE = 'Create it, or set the name of another one.';
const MIGRATE = 'Run: npx openhands-express migrate';
const FEWER =
  'Start fewer processes, set a smaller DATABASE_POOL_SIZE, put a pooler in between, or raise its limit.';
const LOOK_INTO_ITS_LOG = 'Its own log says more.';

const POOLERS: readonly KnownFailure[] = [
  {
    pattern: /^SQL \w+ .*startup parameter/,
    failure: 'refused',
    advice:
      'Take options out of DATABASE_URL (and PGOPTIONS), which a pooler does not pass on, and set them for the role.',
  },
  {
    pattern: /^SQL 08P01 .*(no such database|database .* does not exist)/i,
    failure: 'refused',
    advice: OTHER_DATABASE,
  },
  {
    // PgBouncer's words for a PostgreSQL that is down; what it remembers of a password is not meant.
    pattern:
      /^SQL 08P01 .*(client_login_timeout|server login has been failing(?!.*(authentication failed|does not exist|no such)))/i,
    failure: 'away',
    advice: START_IT,
    isPassing: true,
  },
  {
    pattern: /^SQL 08P01 .*(no such user|role .* does not exist|auth|login)/i,
    failure: 'refused',
    advice: MAY_LOG_IN,
  },
  { pattern: /^SQL 08P01 .*no more connections/i, failure: 'away', advice: FEWER, isPassing: true },
];

const PERMISSIONS: readonly KnownFailure[] = [
  {
    pattern: /^SQL 42501 .*for schema/,
    failure: 'refused',
    advice:
      'Let the role use it (GRANT USAGE ON SCHEMA …), and the one that migrates make tables there (CREATE).',
  },
  {
    pattern: /^SQL 42501 .*for (table|relation)/,
    failure: 'refused',
    advice: 'Let the role of the servers have it: GRANT SELECT, INSERT, UPDATE, DELETE ON … TO …',
  },
  {
    pattern: /^SQL 42501 .*owner/,
    failure: 'refused',
    advice: 'Run migrate as the role that owns the tables.',
  },
  { pattern: /^SQL 42501/, failure: 'refused', advice: 'Let the role do that (GRANT).' },
];

const SQL_STATES: readonly KnownFailure[] = [
  { pattern: /^SQL 08/, failure: 'away', advice: START_IT, isPassing: true },
  // A check is an operator's: our tables have none.
  { pattern: /^SQL (22|54|23514)/, failure: 'data' },
  {
    pattern: /^SQL 25006/,
    failure: 'read_only',
    advice:
      'Name the primary, and let the role write: what is a replica, or has default_transaction_read_only, takes nothing.',
    isPassing: true,
  },
  { pattern: /^SQL 25P0[34]/, failure: 'away', advice: LOOK_INTO_ITS_LOG, isPassing: true },
  {
    pattern: /^SQL 28000 .*pg_hba/,
    failure: 'refused',
    advice:
      'Let this host in at the server (pg_hba.conf), or encrypt (sslmode=verify-full) if it asks for that.',
  },
  { pattern: /^SQL 28/, failure: 'refused', advice: MAY_LOG_IN },
  { pattern: /^SQL (3D000|57P04)/, failure: 'refused', advice: OTHER_DATABASE },
  // What a distributed database asks its clients to try again, and deadlocks.
  { pattern: /^SQL 40/, failure: 'away', advice: LOOK_INTO_ITS_LOG, isPassing: true },
  ...PERMISSIONS,
  {
    pattern: /^SQL 3F000/,
    failure: 'refused',
    advice: 'Let the role use a schema (GRANT USAGE, CREATE ON SCHEMA …), or set its search_path to one.',
  },
  { pattern: /^SQL (42P01|42703)/, failure: 'ours', advice: MIGRATE },
  { pattern: /^SQL 53100/, failure: 'full', advice: 'Make room on the disk of the database.' },
  { pattern: /^SQL 53300/, failure: 'away', advice: FEWER, isPassing: true },
  {
    pattern: /^SQL 53/,
    failure: 'away',
    advice: `The database lacks memory, or another resource. ${LOOK_INTO_ITS_LOG}`,
  },
  {
    pattern: /^SQL 57014 .*statement timeout/,
    failure: 'away',
    advice: 'Set a longer statement_timeout for the role, or find out what makes the database slow.',
  },
  {
    pattern: /^SQL 55P03/,
    failure: 'away',
    advice: 'Set a longer lock_timeout for the role, or find out who holds the lock (pg_locks).',
  },
  { pattern: /^SQL 57P/, failure: 'away', advice: START_IT, isPassing: true },
  { pattern: /^SQL (55|57|58|XX)/, failure: 'away', advice: LOOK_INTO_ITS_LOG },
  { pattern: /^SQL/, failure: 'ours' },
];

const CONNECTIONS: readonly KnownFailure[] = [
  {
    pattern: /^(ENOTFOUND|EAI_AGAIN)\b/,
    failure: 'away',
    advice: 'Set a host whose name resolves.',
    isPassing: true,
  },
  {
    pattern: /^(ENOENT|EACCES|EISDIR|ENOTDIR) .*, (open|read)\b/,
    failure: 'refused',
    advice: 'Set sslrootcert, sslcert, sslkey and sslcrl to files that this user may read.',
  },
  {
    pattern: /^(EACCES|EPERM)\b/,
    failure: 'refused',
    advice: 'Let this user into the folder of the socket, or this process onto the network.',
  },
  {
    pattern: /^(EMFILE|ENFILE)\b/,
    failure: 'away',
    advice: 'Let this process have more open files (ulimit -n).',
  },
  {
    pattern: /does not support SSL/,
    failure: 'refused',
    advice: 'Set sslmode=disable, or turn on TLS at the server.',
  },
  {
    pattern: /does not offer SCRAM-SHA-256-PLUS/,
    failure: 'refused',
    advice:
      'Let the server ask for scram-sha-256 over TLS (pg_hba.conf), name it instead of a pooler, or leave channel_binding out.',
  },
  { pattern: /SASL|password must be/, failure: 'refused', advice: MAY_LOG_IN },
  {
    pattern: /^(ERR_TLS|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|CRL_|HOSTNAME_|INVALID_)/,
    failure: 'refused',
    advice:
      "Set sslrootcert to the file with its authority's certificate, and the host as its certificate names it, " +
      'or sslmode=no-verify to check nothing.',
  },
  {
    pattern: /^(ERR_SSL|ERR_OSSL|EPROTO)/,
    failure: 'refused',
    advice: 'Set what it takes: the versions of TLS, and the files and the password of the certificate.',
  },
  { pattern: /timeout/i, failure: 'away', advice: START_IT },
  {
    pattern: /^(ECONN|EHOST|ENET|EADDR|EPIPE|ETIMEDOUT|ENOENT)/,
    failure: 'away',
    advice: START_IT,
    isPassing: true,
  },
  // The rest is the network's, or `pg`'s word for it.
  { pattern: /^/, failure: 'away', isPassing: true },
];

/** The first whose pattern fits is it. */
export const KNOWN_FAILURES: readonly KnownFailure[] = [...POOLERS, ...SQL_STATES, ...CONNECTIONS];

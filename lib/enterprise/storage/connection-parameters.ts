/**
 * What may be said of a connection besides where it leads. The names are libpq's; each is honored, or refused by its
 * name. What an operator asks for and does not get may be a protection.
 *
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/18/libpq-envars.html
 */

/** How one parameter is dealt with. */
export interface ConnectionParameter {
  /** The variable of the environment that counts where the address has no such parameter. */
  readonly variable?: string;
  /** The values that are honored. Those that ask for what is so anyway are among them. */
  readonly honored: RegExp;
  /** What there is instead of any other value. */
  readonly instead: string;
}

const NOTHING = /^$/;
const ANYTHING = /^/;
const OFF = /^(0|off|false|no)$/i;
const ON = /^(1|on|true|yes)$/i;

const NO_GSS = 'this server has no GSSAPI; use a password or a client certificate.';
const NO_OAUTH = 'this server has no OAuth for databases; use a password or a client certificate.';
const OF_THE_SYSTEM = 'Node.js leaves it to the operating system (on Linux: sysctl net.ipv4).';
const FOR_THE_ROLE = 'set it for the role: ALTER ROLE … SET …';
const OF_OURS = 'this server has time-outs of its own. Leave it out.';
const POOL_SIZE = 'set DATABASE_POOL_SIZE.';
const TLS_VERSION = /^TLSv1(\.[123])?$/;

function honored(variable?: string, values = ANYTHING, instead = ''): ConnectionParameter {
  return { ...(variable !== undefined && { variable }), honored: values, instead };
}

function refused(instead: string, variable?: string): ConnectionParameter {
  return honored(variable, NOTHING, instead);
}

/** Every parameter of libpq 18, in the order of its documentation. */
export const LIBPQ_PARAMETERS: Readonly<Record<string, ConnectionParameter>> = {
  host: honored('PGHOST', /^[^,]*$/, 'name one host: a pooler, or a name that leads to the primary.'),
  hostaddr: refused('set host to that address, or let the name of the host lead to it.', 'PGHOSTADDR'),
  port: honored('PGPORT', /^\d{1,5}$/, 'name one port.'),
  dbname: honored('PGDATABASE', /^(?!.*(=|:\/\/))/, 'set the name of the database alone.'),
  user: honored('PGUSER'),
  password: honored('PGPASSWORD'),
  passfile: refused('put the password into the address.', 'PGPASSFILE'),
  require_auth: refused('demand it in pg_hba.conf, or set channel_binding=require.', 'PGREQUIREAUTH'),
  channel_binding: honored(
    'PGCHANNELBINDING',
    /^(disable|prefer|require)$/,
    'set disable, prefer or require.',
  ),
  connect_timeout: honored(
    'PGCONNECT_TIMEOUT',
    // The longest time that is asked for, and 0 and below ask for none: no connection is waited for any longer.
    /^(0|-\d+|[5-9]|[1-9]\d+)$/,
    'a connection may take 5 seconds. Leave it out.',
  ),
  client_encoding: honored('PGCLIENTENCODING', /^(utf-?8|unicode)$/i, 'everything is sent in UTF8.'),
  options: honored('PGOPTIONS'),
  application_name: honored('PGAPPNAME'),
  fallback_application_name: honored(),
  keepalives: honored(undefined, ON, 'an idle connection that is lost would not be noticed. Leave it out.'),
  keepalives_idle: honored(undefined, /^\d+$/, 'set a number of seconds.'),
  keepalives_interval: refused(OF_THE_SYSTEM),
  keepalives_count: refused(OF_THE_SYSTEM),
  tcp_user_timeout: refused(OF_THE_SYSTEM),
  replication: honored(undefined, OFF, 'no statement of this server could be sent. Leave it out.'),
  gssencmode: honored('PGGSSENCMODE', /^(disable|prefer)$/, `${NO_GSS} sslmode=verify-full encrypts.`),
  sslmode: honored(
    'PGSSLMODE',
    /^(disable|no-verify|require|verify-ca|verify-full)$/,
    'set disable, no-verify, require, verify-ca or verify-full: what the server likes is no protection.',
  ),
  requiressl: refused('set sslmode=verify-full.', 'PGREQUIRESSL'),
  sslnegotiation: honored('PGSSLNEGOTIATION', /^(postgres|direct)$/, 'set postgres or direct.'),
  sslcompression: honored('PGSSLCOMPRESSION', OFF, 'it would weaken the encryption. Leave it out.'),
  sslcert: honored('PGSSLCERT'),
  sslkey: honored('PGSSLKEY', /^(?!engine:|pkcs11:)/, 'name a file.'),
  sslkeylogfile: refused('start Node.js with --tls-keylog.'),
  sslpassword: honored(),
  sslcertmode: honored('PGSSLCERTMODE', /^allow$/, 'leave sslcert out, or demand one in pg_hba.conf.'),
  sslrootcert: honored('PGSSLROOTCERT'),
  sslcrl: honored('PGSSLCRL'),
  sslcrldir: refused('put the lists into one file, and name it with sslcrl.', 'PGSSLCRLDIR'),
  sslsni: honored('PGSSLSNI', ON, 'the name of the host is always sent. Leave it out.'),
  requirepeer: refused('close the folder of the socket to other users.', 'PGREQUIREPEER'),
  ssl_min_protocol_version: honored('PGSSLMINPROTOCOLVERSION', TLS_VERSION, 'set TLSv1.2 or TLSv1.3.'),
  ssl_max_protocol_version: honored('PGSSLMAXPROTOCOLVERSION', TLS_VERSION, 'set TLSv1.2 or TLSv1.3.'),
  min_protocol_version: honored('PGMINPROTOCOLVERSION', /^3\.0$/, 'version 3.0 is spoken.'),
  max_protocol_version: honored('PGMAXPROTOCOLVERSION', /^(3\.\d+|latest)$/, 'version 3.0 is spoken.'),
  krbsrvname: refused(NO_GSS, 'PGKRBSRVNAME'),
  gsslib: refused(NO_GSS, 'PGGSSLIB'),
  gssdelegation: honored('PGGSSDELEGATION', OFF, NO_GSS),
  scram_client_key: refused('set the password.'),
  scram_server_key: refused('set the password.'),
  service: refused('put what the service file says into the address.', 'PGSERVICE'),
  servicefile: refused('put what the service file says into the address.'),
  target_session_attrs: honored(
    'PGTARGETSESSIONATTRS',
    // Both are so anyway: no start without writes, and no use of a connection that has come to refuse them.
    /^(any|read-write|primary)$/,
    'this server writes: name the primary, with any, read-write or primary.',
  ),
  load_balance_hosts: honored('PGLOADBALANCEHOSTS', /^disable$/, 'name one host: a pooler, or the primary.'),
  oauth_issuer: refused(NO_OAUTH),
  oauth_client_id: refused(NO_OAUTH),
  oauth_client_secret: refused(NO_OAUTH),
  oauth_scope: refused(NO_OAUTH),
};

/** What other clients of PostgreSQL read from an address, `pg` among them. */
const OF_OTHERS: Readonly<Record<string, ConnectionParameter>> = {
  ssl: honored(undefined, /^(0|1|true|false|no-verify)$/, 'set sslmode.'),
  uselibpqcompat: honored(undefined, /^(true|false)$/, 'set true or false.'),
  statement_timeout: refused(FOR_THE_ROLE),
  lock_timeout: refused(FOR_THE_ROLE),
  idle_in_transaction_session_timeout: refused(FOR_THE_ROLE),
  query_timeout: refused(OF_OURS),
  connectionTimeoutMillis: refused(OF_OURS),
  idleTimeoutMillis: refused(OF_OURS),
  pool_timeout: refused(OF_OURS),
  max: refused(POOL_SIZE),
  min: refused(POOL_SIZE),
  pool_size: refused(POOL_SIZE),
  connection_limit: refused(POOL_SIZE),
  pgbouncer: refused('everything works behind PgBouncer as it is. Leave it out.'),
  database: refused('put the name of the database behind the host.'),
  schema: refused('set it for the role: ALTER ROLE … SET search_path = …'),
  currentSchema: refused('set it for the role: ALTER ROLE … SET search_path = …'),
  search_path: refused('set it for the role: ALTER ROLE … SET search_path = …'),
  sslaccept: refused('set sslmode=verify-full, or sslmode=no-verify.'),
};

const ALL: Readonly<Record<string, ConnectionParameter>> = { ...LIBPQ_PARAMETERS, ...OF_OTHERS };

/** Whether there is such a parameter, be it honored or refused. */
export function isConnectionParameter(name: string): boolean {
  return Object.hasOwn(ALL, name);
}

/** @returns what is wrong with a parameter of an address; undefined when it is honored. Holds nothing of its value. */
export function complaintAboutParameter(name: string, value: string): string | undefined {
  const parameter = ALL[name];
  if (parameter === undefined || isHonored(parameter, value)) return undefined;
  return parameter.honored === NOTHING
    ? `has ${name}, which is not honored here: ${parameter.instead}`
    : `has a value of ${name} that is not honored here: ${parameter.instead}`;
}

/** @returns what is wrong with a variable of libpq's; undefined when it is honored. Holds nothing of its value. */
export function complaintAboutVariable(name: string, value: string): string | undefined {
  const parameter = LIBPQ_PARAMETERS[name];
  if (parameter?.variable === undefined || isHonored(parameter, value)) return undefined;
  const what = parameter.honored === NOTHING ? parameter.variable : `this value of ${parameter.variable}`;
  return `cannot be used with ${what}, which is not honored here: ${parameter.instead}`;
}

/** To libpq a parameter without a value is one that is not there; but of TLS nobody may be left in doubt. */
function isHonored({ honored: values, variable }: ConnectionParameter, value: string): boolean {
  return (value === '' && variable !== 'PGSSLMODE') || values.test(value);
}

/**
 * `DATABASE_URL`, as libpq knows it and hosting providers hand it out. It is brought to one form, which `pg` takes
 * to mean what the operator has said; `pg` itself warns about `sslmode`, and will change what it means by it.
 */
import type { Secret } from '../../oss/secret.ts';
import { parseServerAddress, PERCENT_ENCODED } from '../server-address.ts';

/** What to say of an address that is none. */
export const DATABASE_URL_EXPECTED = `must be set to an address such as postgres://user:password@host:5432/database, ${PERCENT_ENCODED}.`;

const SCHEME = /^postgres(ql)?:\/\//i;
/** `user@/database`, with the host in a parameter: no URL to Node, which wants a host behind a user. */
const WITHOUT_HOST = /^([a-z]+:\/\/)([^/?#]*)@(?=[/?]|$)/i;

/** `pg` takes each that encrypts without `no-verify` for `verify-full`, until its next major version. */
const SSL_MODES: Readonly<Record<string, string>> = {
  disable: 'disable',
  'no-verify': 'no-verify',
  require: 'verify-full',
  'verify-ca': 'verify-full',
  'verify-full': 'verify-full',
};
/** The older parameter of `pg`. */
const SSL: Readonly<Record<string, string>> = {
  '0': 'disable',
  '1': 'verify-full',
  false: 'disable',
  true: 'verify-full',
  'no-verify': 'no-verify',
};

/** An address in the form that `pg` is given, or what is wrong with it. */
export type ParsedDatabaseUrl = { readonly url: string } | { readonly complaint: string };

/** Reads `DATABASE_URL`. A complaint holds nothing of it. */
export function parseDatabaseUrl(text: string): ParsedDatabaseUrl {
  const url = SCHEME.test(text) ? parseAddress(text) : undefined;
  if (url === undefined) return { complaint: DATABASE_URL_EXPECTED };
  const mode = sslMode(url.searchParams);
  if (mode === 'unknown') {
    return { complaint: `has an sslmode that is none of ${Object.keys(SSL_MODES).join(', ')}.` };
  }
  // There is no TLS behind a socket; libpq does not ask for it there, whatever the mode, but `pg` would.
  if (isSocket(hostOf(url))) url.searchParams.set('sslmode', 'disable');
  else if (mode !== undefined) url.searchParams.set('sslmode', mode);
  return { url: url.href };
}

/**
 * Where a database is, without the user and the password, for people.
 *
 * @param url - as {@link parseDatabaseUrl} gives it.
 */
export function describeDatabase(url: Secret): string {
  const address = new URL(url.reveal());
  const host = hostOf(address);
  const port = address.searchParams.get('port') ?? address.port;
  const at = [host, port].filter((part) => part !== '').join(':');
  const database = decodeURIComponent(address.pathname.slice(1));
  return isSocket(host) ? `PostgreSQL ${database} at ${at}` : `PostgreSQL ${at}/${database}`;
}

function hostOf({ hostname, searchParams }: URL): string {
  return searchParams.get('host') ?? decodeURIComponent(hostname);
}

/** Then it is the folder of a Unix socket. */
function isSocket(host: string): boolean {
  return host.startsWith('/');
}

function parseAddress(text: string): URL | undefined {
  const [, scheme, user] = WITHOUT_HOST.exec(text) ?? [];
  if (scheme === undefined || user === undefined) return parseServerAddress(text);
  const rest = parseServerAddress(text.replace(WITHOUT_HOST, scheme));
  const login = parseServerAddress(`${scheme}${user}@localhost`);
  if (rest === undefined || login === undefined) return undefined;
  if (login.username !== '') rest.searchParams.set('user', decodeURIComponent(login.username));
  if (login.password !== '') rest.searchParams.set('password', decodeURIComponent(login.password));
  return rest;
}

/** What an address says of TLS, as `pg` will understand it. */
function sslMode(parameters: URLSearchParams): string | undefined {
  const mode = parameters.get('sslmode');
  const ssl = parameters.get('ssl');
  if (mode === null) return ssl === null ? undefined : known(SSL, ssl);
  // Those who ask for libpq's own meaning of the mode get it.
  const isLibpqs = parameters.get('uselibpqcompat') === 'true' && Object.hasOwn(SSL_MODES, mode);
  return isLibpqs ? mode : known(SSL_MODES, mode);
}

function known(meanings: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(meanings, word) ? meanings[word] : undefined) ?? 'unknown';
}

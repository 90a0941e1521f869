/**
 * `DATABASE_URL`, as libpq knows it and hosting providers hand it out, completed with the variables that libpq reads.
 * It is brought to one form, in which every parameter is one that is honored.
 */
import type { EnvironmentVariables } from '../../oss/read-variables.ts';
import type { Secret } from '../../oss/secret.ts';
import { parseServerAddress, PERCENT_ENCODED } from '../server-address.ts';
import {
  complaintAboutParameter,
  complaintAboutVariable,
  isConnectionParameter,
  LIBPQ_PARAMETERS,
} from './connection-parameters.ts';
import { resolveTls } from './database-tls.ts';

/** What to say of an address that is none. */
export const DATABASE_URL_EXPECTED = `must be set to an address such as postgres://user:password@host:5432/database, ${PERCENT_ENCODED}.`;

const SCHEME = /^postgres(ql)?:\/\//i;
/** `user@/database`, with the host in a parameter: no URL to Node, which wants a host behind a user. */
const WITHOUT_HOST = /^([a-z]+:\/\/)([^/?#]*)@(?=[/?]|$)/i;
const SEVERAL_HOSTS = /^[a-z]+:\/\/([^/?#]*@)?[^/?#@]*,[^/?#@]*([/?#]|$)/i;

/** An address in the form that the driver's options are made of, or what is wrong with it. */
export type ParsedDatabaseUrl = { readonly url: string } | { readonly complaint: string };

/**
 * Reads `DATABASE_URL`. A complaint holds nothing of it but the names of its parameters.
 *
 * @param env - has the variables that libpq reads, such as `PGSSLMODE`, for what the address leaves open.
 */
export function parseDatabaseUrl(text: string, env: EnvironmentVariables = {}): ParsedDatabaseUrl {
  if (!SCHEME.test(text)) return { complaint: DATABASE_URL_EXPECTED };
  const several = SEVERAL_HOSTS.test(text) ? complaintAboutParameter('host', ',') : undefined;
  if (several !== undefined) return { complaint: several };
  const url = parseAddress(text.replace(/\?.*$/, (query) => query.replaceAll('+', '%2B')));
  if (url === undefined) return { complaint: DATABASE_URL_EXPECTED };
  const complaint =
    complaintAbout(url.searchParams) ?? complete(url, env) ?? resolveTls(url, isSocket(hostOf(url)));
  if (complaint !== undefined) return { complaint };
  // A blank of a parameter as every reader of addresses decodes it. Elsewhere, as in a password, a plus is a plus.
  url.search = url.search.replaceAll('+', '%20');
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

/** The host of an address, which may be the folder of a Unix socket; empty when it has none. */
export function hostOf({ hostname, searchParams }: URL): string {
  return searchParams.get('host') ?? decodeURIComponent(hostname);
}

/** Whether a host is the folder of a Unix socket. */
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

function complaintAbout(parameters: URLSearchParams): string | undefined {
  for (const [name, value] of parameters) {
    if (!isConnectionParameter(name)) return complaintAboutUnknown(name, parameters);
    if (parameters.getAll(name).length > 1) return `has ${name} more than once.`;
    const complaint = complaintAboutParameter(name, value);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

/** A plain `&` ends a password in a parameter, and the rest of it would be taken for a name that may be shown. */
function complaintAboutUnknown(name: string, parameters: URLSearchParams): string {
  const isShown = /^\w{1,40}$/.test(name) && !parameters.has('password') && !parameters.has('sslpassword');
  return isShown
    ? `has a parameter ${name} that is not known here. Leave it out.`
    : 'has a parameter that is not known here. Leave it out, or percent-encode the & of a password.';
}

/** Adds what the environment says. @returns what is wrong with that. */
function complete(url: URL, env: EnvironmentVariables): string | undefined {
  for (const [name, { variable }] of Object.entries(LIBPQ_PARAMETERS)) {
    const value = variable === undefined ? '' : (env[variable] ?? '');
    if (value === '' || isSaid(name, url)) continue;
    const complaint = complaintAboutVariable(name, value);
    if (complaint !== undefined) return complaint;
    url.searchParams.set(name, value);
  }
  // Where both are said, libpq looks at the parameter.
  const database = url.searchParams.get('dbname');
  if (database !== null) url.pathname = `/${encodeURIComponent(database)}`;
  url.searchParams.delete('dbname');
  return undefined;
}

function isSaid(name: string, url: URL): boolean {
  const inAddress: Readonly<Record<string, string>> = {
    host: url.hostname,
    port: url.port,
    user: url.username,
    password: url.password,
    // Nobody looks into the file when the password is known.
    passfile: url.password || (url.searchParams.get('password') ?? ''),
    dbname: url.pathname.slice(1),
    sslmode: url.searchParams.get('ssl') ?? '',
  };
  return url.searchParams.has(name) || (inAddress[name] ?? '') !== '';
}

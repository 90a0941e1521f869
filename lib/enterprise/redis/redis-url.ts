/** `REDIS_URL`: what it may say, and what is said of one that asks for something that is not to be had. */
import { Secret } from '../../oss/secret.ts';
import { parseServerAddress, PERCENT_ENCODED } from '../server-address.ts';

/** What to say of an address that is none. */
const EXPECTED = `must be an address such as redis://user:password@host:6379, rediss:// for TLS, or unix:///path/to/socket, ${PERCENT_ENCODED}.`;
const OPTIONS =
  'there are db, the number of a database, and with rediss:// sslrootcert, a file of authorities or "system".';

const NETWORK = /^rediss?:\/\//;
const SOCKET = /^unix:\/\/(?<login>[^/?#]*@)?(?<path>\/[^/@?#][^@?#]*)(?<query>\?[^#]*)?$/;
/** What cannot be the name of an option may be part of a password, and is not shown. */
const NAME = /^[a-z][\w.-]{0,40}$/i;
const DEFAULT_PORT = 6379;

/** Where a Redis is, and as whom it is used. */
export interface RedisAddress {
  readonly at: RedisHost | { readonly path: string };
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly database: number;
}

/** A Redis on a network. */
export interface RedisHost {
  readonly host: string;
  readonly port: number;
  readonly isEncrypted: boolean;
  /** Whom to trust: a file with certificates of authorities, or `system`; those that Node knows where it says nothing. */
  readonly authorities: string | undefined;
}

/** An address, or what is wrong with it, to be read behind the name of the variable. */
export type ParsedRedisUrl = { readonly address: RedisAddress } | { readonly complaint: string };

/** Reads `REDIS_URL`. A complaint holds nothing of it but the name of an option. */
export function parseRedisUrl(text: string): ParsedRedisUrl {
  const { login = '', path, query = '' } = SOCKET.exec(text)?.groups ?? {};
  // Node reads no user before a path. So that of a socket is read as if it stood before a host.
  const url =
    path === undefined ? parseNetwork(text) : parseServerAddress(`redis://${login}localhost${query}`);
  if (url === undefined || !isPlain(url)) return { complaint: EXPECTED };
  const complaint = complaintAbout(url);
  if (complaint !== undefined) return { complaint };
  return {
    address: {
      at: path === undefined ? hostOf(url) : { path: decodeURIComponent(path) },
      username: url.username === '' ? undefined : decodeURIComponent(url.username),
      password: url.password === '' ? undefined : new Secret(decodeURIComponent(url.password)),
      database: Number(databaseOf(url) ?? 0),
    },
  };
}

/**
 * The same for an address that was found good before.
 *
 * @throws Error for another one.
 */
export function redisAddress(url: Secret): RedisAddress {
  const parsed = parseRedisUrl(url.reveal());
  if ('complaint' in parsed) throw new Error(`REDIS_URL ${parsed.complaint}`);
  return parsed.address;
}

function parseNetwork(text: string): URL | undefined {
  return NETWORK.test(text) ? parseServerAddress(text) : undefined;
}

/** Whether all parts are where they should be. An `@` behind the host is one that a password has cut off. */
function isPlain({ hostname, pathname, port, search }: URL): boolean {
  const isHost = hostname !== '' && !hostname.includes('%') && port !== '0';
  return isHost && /^(\/\d{0,9})?$/.test(pathname) && !search.includes('@');
}

function complaintAbout(url: URL): string | undefined {
  const { hostname, pathname, searchParams } = url;
  if (hostname.includes(','))
    return 'names several hosts; there may be one, whose name leads to the primary.';
  if (url.username !== '' && url.password === '') {
    return 'has a user without a password, whom Redis would not be told: write user:password@ before the host.';
  }
  const names = [...searchParams.keys()];
  const unknown = names.find((name) => name !== 'db' && name !== 'sslrootcert');
  if (unknown !== undefined) {
    return `has an option that is not honored${NAME.test(unknown) ? `, ${unknown}` : ''}; ${OPTIONS}`;
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) return `has the option ${twice} twice.`;
  const db = searchParams.get('db');
  if (db !== null && pathname.length > 1) return 'has the number of a database twice, in its path and as db.';
  if (db !== null && !/^\d{1,9}$/.test(db)) return 'has a db that is no number of a database.';
  const authorities = searchParams.get('sslrootcert');
  if (authorities === '') return 'has an sslrootcert that names no file.';
  if (authorities !== null && url.protocol !== 'rediss:') {
    return 'has an sslrootcert, but nothing is encrypted without rediss://.';
  }
  return undefined;
}

function hostOf({ hostname, port, protocol, searchParams }: URL): RedisHost {
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? DEFAULT_PORT : Number(port),
    isEncrypted: protocol === 'rediss:',
    authorities: searchParams.get('sslrootcert') ?? undefined,
  };
}

function databaseOf({ pathname, searchParams }: URL): string | undefined {
  return searchParams.get('db') ?? (pathname.length > 1 ? pathname.slice(1) : undefined);
}

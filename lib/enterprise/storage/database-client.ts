/**
 * One connection to the database that an address names. The driver is told what the address says, and is kept from
 * reading it by itself: it would take every parameter for an option of its own, and drop those that it does not know.
 */
import { readFileSync } from 'node:fs';
import type tls from 'node:tls';
import pg from 'pg';
import { ConfigurationError } from '../../oss/errors.ts';
import type { Secret } from '../../oss/secret.ts';
import { SYSTEM, systemAuthorities } from '../system-authorities.ts';
import { demandChannelBinding } from './channel-binding.ts';
import { hostOf, parseDatabaseUrl } from './database-url.ts';

const APPLICATION = 'openhands-express';

/** What an address says of a parameter; nothing is as good as no parameter. */
type Said = (name: string) => string | undefined;

/**
 * The class whose instances are connections to a database, for `pg.Pool` or alone. Its options are those of `pg.Client`
 * that have nothing to do with the address, such as `query_timeout`. The files of certificates are read for each
 * connection, so that new ones take effect while the server runs.
 *
 * @param url - `DATABASE_URL`.
 * @throws ConfigurationError one line that names what cannot be honored.
 */
export function databaseClientFor(url: Secret): typeof pg.Client {
  const parsed = parseDatabaseUrl(url.reveal());
  if ('complaint' in parsed) throw new ConfigurationError(`DATABASE_URL ${parsed.complaint}`);
  const address = new URL(parsed.url);
  const said: Said = (name) => orNothing(address.searchParams.get(name) ?? '');
  const channelBinding = said('channel_binding') ?? '';
  const idle = said('keepalives_idle');
  const options: pg.ClientConfig = {
    host: orNothing(hostOf(address).replace(/^\[(.+)\]$/, '$1')),
    port: Number(said('port') ?? address.port) || undefined,
    user: said('user') ?? orNothing(decodeURIComponent(address.username)),
    password: said('password') ?? orNothing(decodeURIComponent(address.password)),
    database: orNothing(decodeURIComponent(address.pathname.slice(1))),
    application_name: said('application_name') ?? said('fallback_application_name') ?? APPLICATION,
    options: said('options'),
    keepAlive: true,
    keepAliveInitialDelayMillis: idle === undefined ? undefined : Number(idle) * 1000,
    enableChannelBinding: ['prefer', 'require'].includes(channelBinding),
    sslnegotiation: said('sslnegotiation') as 'postgres' | 'direct' | undefined,
  };
  let readable: false | tls.ConnectionOptions | undefined;
  /** As its files are now, or were when they could last be read: the pool cannot bear a client that cannot be made. */
  const ssl = (): false | tls.ConnectionOptions => {
    try {
      readable = tlsOptions(said);
    } catch (error) {
      if (readable === undefined) throw error;
    }
    // The driver writes into what it is given.
    return readable === false ? false : { ...readable };
  };
  return class extends pg.Client {
    constructor(others: pg.ClientConfig = {}) {
      super({ ...others, ...options, ssl: ssl() });
      if (channelBinding === 'require') demandChannelBinding(this.connection);
    }
  };
}

function orNothing(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function tlsOptions(said: Said): false | tls.ConnectionOptions {
  const mode = said('sslmode');
  if (mode === undefined || mode === 'disable') return false;
  const file = (name: string) => {
    const path = said(name);
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  };
  const options = {
    ca: said('sslrootcert') === SYSTEM ? systemAuthorities() : file('sslrootcert'),
    cert: file('sslcert'),
    key: file('sslkey'),
    passphrase: said('sslpassword'),
    crl: file('sslcrl'),
    minVersion: said('ssl_min_protocol_version') as tls.SecureVersion | undefined,
    maxVersion: said('ssl_max_protocol_version') as tls.SecureVersion | undefined,
    rejectUnauthorized: mode !== 'no-verify',
    checkServerIdentity: mode === 'verify-ca' ? () => undefined : undefined,
  };
  // To Node, an option that is undefined is one that is there.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What an address says of TLS, in one word that leaves no doubt. */
import { SYSTEM } from '../system-authorities.ts';

/** What counts as asking for TLS where `sslmode` is not said. */
const ASKS_FOR_TLS = [
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslcrl',
  'ssl_min_protocol_version',
  'ssl_max_protocol_version',
];

/** The older parameter of `pg`. */
const SSL: Readonly<Record<string, string>> = {
  '0': 'disable',
  '1': 'verify-full',
  false: 'disable',
  true: 'verify-full',
  'no-verify': 'no-verify',
};

/**
 * Sets `sslmode` to what is done: `disable`, `no-verify`, `verify-ca` or `verify-full`. No mode is taken for less than
 * libpq takes it for; `require` is taken for more, unless `uselibpqcompat=true` asks for libpq's own.
 *
 * @param isSocket - there is no TLS behind a socket, whatever the mode; libpq does not ask for it there.
 * @returns what is wrong, when one parameter asks for what another one excludes.
 */
export function resolveTls({ searchParams: parameters }: URL, isSocket: boolean): string | undefined {
  const mode = isSocket ? 'disable' : modeOf(parameters);
  parameters.delete('ssl');
  parameters.delete('uselibpqcompat');
  if (mode !== undefined) parameters.set('sslmode', mode);
  if (parameters.get('channel_binding') === 'require' && (mode ?? 'disable') === 'disable') {
    return isSocket
      ? 'with channel_binding=require needs TLS, and there is none through a Unix socket. Leave it out.'
      : 'with channel_binding=require needs TLS. Set sslmode=verify-full as well.';
  }
  if (isSocket) {
    parameters.delete('sslnegotiation');
    return undefined;
  }
  if (parameters.get('sslnegotiation') === 'direct' && mode === 'disable') {
    return 'with sslnegotiation=direct needs TLS. Set sslmode=verify-full as well.';
  }
  if (parameters.get('sslrootcert') === SYSTEM && mode !== 'verify-full') {
    return 'with sslrootcert=system needs sslmode=verify-full: anybody can have a certificate that it trusts.';
  }
  return undefined;
}

function modeOf(parameters: URLSearchParams): string | undefined {
  const said = parameters.get('sslmode') ?? undefined;
  const older = parameters.get('ssl') ?? undefined;
  // It names a file; with what a public authority signs for anybody, a check of the authority alone is none.
  const hasOwnAuthority = ![undefined, '', SYSTEM].includes(parameters.get('sslrootcert') ?? undefined);
  const isLibpqs = parameters.get('uselibpqcompat') === 'true';
  if (said === undefined) {
    if (older !== undefined) return SSL[older];
    const isAsked =
      ASKS_FOR_TLS.some((name) => (parameters.get(name) ?? '') !== '') ||
      parameters.get('sslnegotiation') === 'direct' ||
      parameters.get('channel_binding') === 'require';
    return isAsked ? 'verify-full' : undefined;
  }
  if (said === 'require' && isLibpqs) return hasOwnAuthority ? 'verify-ca' : 'no-verify';
  if (said === 'verify-ca' && hasOwnAuthority) return 'verify-ca';
  return said === 'require' || said === 'verify-ca' ? 'verify-full' : said;
}

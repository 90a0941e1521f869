import { isIP } from 'node:net';
import type { Request } from 'express';

/** What a proxy adds, so that a request with one of these came through one, whether or not we were told of it. */
const PROXY_HEADERS = [
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'Via',
];

/**
 * Whether a request was made on this machine, without a proxy in between: the only proof of being its operator that
 * needs no secret. An app that trusts proxies has one in front, and then the loopback address is the proxy's.
 *
 * A proxy on this machine that was told to speak HTTP/1.1 and to add nothing cannot be told from the operator;
 * docs/operations/open-network.md says what to do about it.
 */
export function isDirectLoopback(req: Request): boolean {
  // The socket's address, which nobody can choose, and not `req.ip`, which a header can. A `Host` of another name
  // is a proxy as well, or a web page whose own name has been made to point here (DNS rebinding).
  return (
    !req.app.get('trust proxy') &&
    isLoopback(req.socket.remoteAddress ?? '') &&
    isLoopbackName(req.headers.host ?? '') &&
    // What nginx speaks to the servers behind it, unless it is told otherwise; no browser and no scraper does.
    req.httpVersion !== '1.0' &&
    !PROXY_HEADERS.some((name) => req.get(name) !== undefined)
  );
}

/** Whether an IP address is of this machine only. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isLoopbackName(host: string): boolean {
  const { hostname } = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : { hostname: '' };
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

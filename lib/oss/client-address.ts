import { isIP } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';

/** `192.0.2.1:3000` and `[2001:db8::1]:3000`, as some proxies write them into `X-Forwarded-For`. */
const WITH_PORT = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/;

/**
 * The IP address in a text that may have a port and brackets around it, without the zone of an IPv6 address, which may be
 * any text.
 *
 * @returns undefined for what is no address.
 */
export function ipAddressIn(text: string): string | undefined {
  const [, inBrackets, plain] = WITH_PORT.exec(text) ?? [];
  const [address = ''] = (inBrackets ?? plain ?? text).split('%', 1);
  return isIP(address) === 0 ? undefined : address;
}

/**
 * Whose requests are counted together where nobody is signed in: those of one address, of one /56 network in IPv6. What
 * a proxy says that is no address counts as the proxy's own.
 */
export function clientAddress(req: Pick<Request, 'ip' | 'socket'>): string {
  const address = ipAddressIn(req.ip ?? '') ?? ipAddressIn(req.socket.remoteAddress ?? '');
  return address === undefined ? 'unknown' : ipKeyGenerator(address);
}

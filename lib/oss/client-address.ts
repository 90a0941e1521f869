import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import { ipAddressIn } from './ip-address-in.ts';

/**
 * Whose requests are counted together where nobody is signed in: those of one address, of one /56 network in IPv6. What
 * a proxy says that is no address counts as the proxy's own.
 */
export function clientAddress(req: Pick<Request, 'ip' | 'socket'>): string {
  const address = ipAddressIn(req.ip ?? '') ?? ipAddressIn(req.socket.remoteAddress ?? '');
  return address === undefined ? 'unknown' : ipKeyGenerator(address);
}

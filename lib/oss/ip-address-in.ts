import { isIP } from 'node:net';

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

import { isIP } from 'node:net';

/** A host and an optional port, as `Host` has them (RFC 9110, section 7.2): no user, no path, no blanks. */
const HOST = /^(?:\[[\da-f:.]+\]|[^\s/?#@\\:[\]]+)(?::\d{0,5})?$/i;

/**
 * The name in a `Host` header, in lower case, without the port, the brackets of an IPv6 address and the dot that may end
 * a full name.
 *
 * @returns undefined for what is no host.
 */
export function hostNameOf(host: string): string | undefined {
  if (!HOST.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  return host
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

/**
 * Whether a name needs no trust in anybody's DNS: an address, or a name that always means this machine (RFC 6761, section
 * 6.3). No page can come by one of these names unless it is served there.
 */
export function isBeyondDns(hostName: string): boolean {
  return isIP(hostName) !== 0 || hostName === 'localhost' || hostName.endsWith('.localhost');
}

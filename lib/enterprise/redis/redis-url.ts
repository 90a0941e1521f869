/** `REDIS_URL`, in the forms that the client understands. It finds out about some mistakes only when it connects. */
import { isDecodable, parseServerAddress, PERCENT_ENCODED } from '../server-address.ts';

/** What to say of an address that is none. */
export const REDIS_URL_EXPECTED = `must be an address such as redis://user:password@host:6379, rediss:// for TLS, or unix:///path/to/socket, ${PERCENT_ENCODED}.`;

/** The number of a database may follow the host, or be the parameter `db` of a socket. */
const NETWORK = /^rediss?:\/\//;
const SOCKET = /^unix:\/\/([^:@/?#]*(:[^:@/?#]*)?@)?\/[^/@?#][^@?#]*(\?db=\d+)?$/;

/** Whether the client can connect to what the address says. */
export function isRedisUrl(text: string): boolean {
  if (SOCKET.test(text)) return isDecodable(text);
  const url = NETWORK.test(text) ? parseServerAddress(text) : undefined;
  return url !== undefined && /^(\/\d*)?$/.test(url.pathname);
}

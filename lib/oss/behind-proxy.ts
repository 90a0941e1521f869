import type { Environment } from './environment.ts';
import { isLocalOrigin } from './middleware/cors.ts';

/** Whether `PUBLIC_URL` tells of a proxy in front: then the loopback address is the proxy's, and proves nothing. */
export function isBehindProxy({ PUBLIC_URL }: Pick<Environment, 'PUBLIC_URL'>): boolean {
  return PUBLIC_URL !== undefined && !isLocalOrigin(new URL(PUBLIC_URL).origin);
}

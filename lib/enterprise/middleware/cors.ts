import { declarations, defineMiddleware } from '../../compose.ts';
import { allowOrigins } from '../../oss/middleware/cors.ts';

/** The Enterprise edition's CORS, instead of that of the OSS edition: the origins that the operator permits, no other. */
export function cors({ origins }: { readonly origins: readonly string[] }) {
  const permitted = new Set(origins);
  return defineMiddleware({
    name: 'cors',
    overrides: 'cors',
    headers: declarations.cors.headers,
    handle: allowOrigins((origin) => permitted.has(origin)),
  });
}

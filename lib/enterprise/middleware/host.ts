import { defineMiddleware } from '../../compose.ts';
import { complaintAbout } from '../../oss/middleware/host.ts';

/**
 * Instead of the OSS edition's check: users sign in here, and a page at another name gets none of their cookies, so every
 * name will do. But signing in needs one, since GitHub is told where to send the browser back to.
 */
export function host({ path }: { readonly path: readonly string[] }) {
  return defineMiddleware({
    name: 'host',
    overrides: 'host',
    path,
    ends: [400],
    handle(req, _res, next) {
      next(complaintAbout(req, () => true));
    },
  });
}

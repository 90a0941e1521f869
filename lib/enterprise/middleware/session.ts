import { defineMiddleware } from '../../compose.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';

/** Reads the cookie that says who is signed in, and checks its signature, its purpose and its end. */
export function session({ authCookie }: { readonly authCookie: AuthCookie }) {
  return defineMiddleware({
    name: 'session',
    path: '/api',
    writes: ['session'],
    // Preflights carry no cookies, and whatever goes wrong from here on should be logged and readable across origins.
    after: ['request-log', 'security-headers', 'cors', 'cache-control'],
    handle(req, _res, next) {
      req.state.session = authCookie.read(req);
      next();
    },
  });
}

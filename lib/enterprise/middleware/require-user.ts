import { defineMiddleware } from '../../compose.ts';
import { HttpError } from '../../oss/errors.ts';
import { isUnderAny } from './path-prefixes.ts';

/** What a browser needs to find out that it is signed out, to sign in and to sign out; and what the API is. */
const OPEN_TO_ALL = ['/api/options', '/api/authenticate', '/api/logout', '/api/openapi.json', '/api/docs'];

/** Answers 401 under `/api` to those who are not signed in. */
export function requireUser() {
  return defineMiddleware({
    name: 'require-user',
    path: '/api',
    reads: ['github_user_id'],
    ends: [401],
    // Attempts without a session count against the caller's address; pages of other origins learn nothing of sessions.
    after: ['rate-limit', 'cross-origin'],
    // Nothing is read on behalf of somebody who is nobody.
    before: ['json-body', 'settings'],
    handle(req, _res, next) {
      // Preflights carry no cookie, and nothing but routes' own answers comes of other requests with this method.
      const isOpen = req.method === 'OPTIONS' || isUnderAny(OPEN_TO_ALL, req);
      if (isOpen || req.state.github_user_id !== undefined) next();
      else next(new HttpError(401, 'not_authenticated', 'User is not authenticated'));
    },
  });
}

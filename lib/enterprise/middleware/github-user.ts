import type { Logger } from 'pino';
import { defineMiddleware } from '../../compose.ts';
import { activeSession } from '../auth/active-session.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import type { SessionCheck } from '../auth/sessions.ts';
import { isUnderAny } from './path-prefixes.ts';

export interface GithubUserOptions {
  readonly authCookie: AuthCookie;
  readonly sessions: SessionCheck;
  readonly log: Logger;
}

/** What has to answer even when the store cannot say whether the session still goes on. */
const WITHOUT_STORE = ['/api/options', '/api/logout'];

/** Finds out who is signed in: whose cookie it is, if its session still goes on. Clears a cookie that is refused. */
export function githubUser({ authCookie, sessions, log }: GithubUserOptions) {
  return defineMiddleware({
    name: 'github-user',
    path: '/api',
    reads: ['session'],
    writes: ['github_user_id', 'active_session'],
    headers: ['Set-Cookie'],
    async handle(req, res, next) {
      const { session } = req.state;
      if (session?.kind === 'genuine') {
        try {
          const active = await activeSession(sessions, session);
          req.state.active_session = active;
          if (active) req.state.github_user_id = active.github_user_id;
          else authCookie.clear(req, res);
        } catch (err) {
          if (!isUnderAny(WITHOUT_STORE, req)) throw err;
          log.error(
            { err },
            'The store cannot say whether a session goes on; the request is answered as signed out',
          );
        }
      } else if (session?.kind === 'refused') {
        authCookie.clear(req, res);
      }
      next();
    },
  });
}

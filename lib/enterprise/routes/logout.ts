import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { resource } from '../../oss/routes/resource.ts';
import { activeSession } from '../auth/active-session.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import type { SessionCheck } from '../auth/sessions.ts';
import { signOutEverywhere, type SignOutEverywhereOptions } from '../auth/sign-out-everywhere.ts';

export interface LogoutRoutesOptions extends SignOutEverywhereOptions {
  readonly authCookie: AuthCookie;
  readonly sessions: SessionCheck & SignOutEverywhereOptions['sessions'];
}

/**
 * `POST /api/logout`: forgets who this browser is; with `?everywhere=1`, ends every session of the user and gives
 * the grant back to GitHub. Without a session there is nothing to end, and that is no error.
 */
export function logoutRoutes({ authCookie, sessions, tokens }: LogoutRoutesOptions): DeclaredRoutes {
  const router = Router();
  resource(router, '/api/logout', {
    post: async (req, res) => {
      // First of all, so that this browser is signed out even if the rest fails.
      const { session } = req.state;
      if (session?.kind === 'genuine') authCookie.clear(req, res);
      if (req.query.everywhere === '1') {
        // Asked anew: where the store could not tell whose session this is, it can end none, and that is no success.
        const userId = req.state.github_user_id ?? (await activeSession(sessions, session))?.github_user_id;
        if (userId !== undefined) await signOutEverywhere(userId, { sessions, tokens });
      }
      res.json({ message: 'User logged out' });
    },
  });
  return defineRoutes({ name: 'logout', router, overrides: ['/api/logout'] });
}

import { Router } from 'express';
import { resource } from '../../oss/routes/resource.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';

export interface LogoutRoutesOptions {
  readonly authCookie: AuthCookie;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly tokens: GithubTokenProvider;
}

/**
 * `POST /api/logout`: forgets who this browser is; with `?everywhere=1`, ends every session of the user and gives
 * the grant back to GitHub. Without a session there is nothing to end, and that is no error.
 */
export function logoutRoutes({ authCookie, sessions, tokens }: LogoutRoutesOptions): Router {
  const router = Router();
  resource(router, '/api/logout', {
    post: async (req, res) => {
      // First of all, so that this browser is signed out even if the rest fails.
      if (req.state.session?.kind === 'genuine') authCookie.clear(req, res);
      const userId = req.state.github_user_id;
      if (req.query.everywhere === '1' && userId !== undefined) {
        // Sessions before tokens: nobody who still has a cookie may see the tokens go.
        await sessions.end(userId);
        await tokens.revoke(userId);
      }
      res.json({ message: 'User logged out' });
    },
  });
  return router;
}

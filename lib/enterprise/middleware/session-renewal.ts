import type { Response } from 'express';
import { defineMiddleware } from '../../compose.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import type { Sessions } from '../auth/sessions.ts';

export interface SessionRenewalOptions {
  readonly authCookie: AuthCookie;
  readonly sessions: Pick<Sessions, 'hasEnded'>;
}

/**
 * Renews the cookie of a session that is used, when half of its time is over. The original's Enterprise edition has
 * such a middleware outermost as well.
 *
 * A renewal revives nothing. It is of the same generation, so it is refused wherever the cookie before it is. An answer
 * that refuses the request renews nothing, nor does one that came too late for a sign-out, or one that a cache may hand to
 * others: they would be signed in with it.
 */
export function sessionRenewal({ authCookie, sessions }: SessionRenewalOptions) {
  return defineMiddleware({
    name: 'session-renewal',
    path: '/api',
    readsAfter: ['active_session'],
    headers: ['Set-Cookie'],
    beforeHeaders(req, res) {
      const { active_session: active } = req.state;
      if (active === undefined || res.statusCode >= 400 || mayBeShared(res)) return;
      if (!sessions.hasEnded(active.github_user_id, active.generation)) authCookie.renew(req, res, active);
    },
  });
}

/**
 * Whether a shared cache may keep an answer: a route of a host may have said so. Where nothing says for how long, none does
 * (RFC 9111, section 4.2.2).
 */
function mayBeShared(res: Pick<Response, 'getHeader' | 'hasHeader'>): boolean {
  const said = [res.getHeader('Cache-Control') ?? ''].flat().join(',').trim();
  if (said === '') return res.hasHeader('Expires') || res.hasHeader('Last-Modified');
  return !said.split(',').some((directive) => /^\s*(?:no-store|private)\s*$/i.test(directive));
}

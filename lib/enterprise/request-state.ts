import type { AuthClaims, AuthCookieReading } from './auth/auth-cookie.ts';

declare module '../compose.ts' {
  interface RequestState {
    /** What the request's cookie amounts to; whether its session still goes on is not known from it. */
    session?: AuthCookieReading;
    /** The session that the request was let in by. */
    active_session?: AuthClaims | undefined;
    /** GitHub's numeric id of the user who is signed in: what the Enterprise edition revolves around. */
    github_user_id?: string;
  }
}

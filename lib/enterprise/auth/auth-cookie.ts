/** The cookie that says who is signed in: `openhands_auth`, over HTTPS `__Host-openhands_auth`. */
import type { Response } from 'express';
import {
  browserCookieName,
  clearBrowserCookie,
  type CookieRequest,
  sentValues,
  setBrowserCookie,
} from './browser-cookie.ts';
import type { PublicAddress } from './public-address.ts';
import type { SignedValueLifetime, SignedValues } from './signed-values.ts';

const NAME = 'openhands_auth';
/** More than a browser has, and few enough to look each of them up in the store. */
const MOST_SESSIONS = 5;

/** What the cookie holds: whose it is, never a token. */
export interface AuthClaims extends SignedValueLifetime {
  /** GitHub's numeric id, as a decimal string. */
  readonly github_user_id: string;
  /** Which generation of the user's sessions this is one of; see `Sessions`. */
  readonly generation: string;
}

/**
 * What a request's cookies of this name amount to, as far as they alone can tell. There may be several; every genuine
 * one counts, and `others` are those that the browser sent behind the first.
 */
export type AuthCookieReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'genuine'; readonly claims: AuthClaims; readonly others?: readonly AuthClaims[] };

export interface AuthCookieOptions {
  readonly values: SignedValues;
  readonly address: PublicAddress;
  /** `SESSION_TTL`, in milliseconds. */
  readonly ttlMs: number;
}

export class AuthCookie {
  readonly #values: SignedValues;
  readonly #address: PublicAddress;
  readonly #ttlMs: number;

  constructor({ values, address, ttlMs }: AuthCookieOptions) {
    this.#values = values;
    this.#address = address;
    this.#ttlMs = ttlMs;
  }

  /** A tampered, expired or foreign value, and one signed for another purpose, is `refused`. */
  read(req: CookieRequest): AuthCookieReading {
    const name = browserCookieName(NAME, this.#address.isHttps(req));
    const values = sentValues(req, name);
    const genuine = values.flatMap((value) => {
      const claims = this.#values.read(NAME, value);
      return claims && holdsAuthClaims(claims) ? [claims] : [];
    });
    const [first, ...others] = differentSessions(genuine);
    if (first === undefined) return { kind: values.length === 0 ? 'absent' : 'refused' };
    return { kind: 'genuine', claims: first, ...(others.length > 0 && { others }) };
  }

  set(req: CookieRequest, res: Response, session: Pick<AuthClaims, 'github_user_id' | 'generation'>): void {
    const value = this.#values.write(NAME, session, this.#ttlMs);
    setBrowserCookie(req, res, this.#address, { name: NAME, value, maxAgeMs: this.#ttlMs });
  }

  clear(req: CookieRequest, res: Response): void {
    clearBrowserCookie(req, res, this.#address, NAME);
  }
}

/** One of each session, since a program can send a cookie of one that was ended a hundred times. */
function differentSessions(claims: readonly AuthClaims[]): readonly AuthClaims[] {
  if (claims.length < 2) return claims;
  const sessions = new Map<string, AuthClaims>();
  for (const one of claims) {
    const session = `${one.github_user_id} ${one.generation}`;
    if (!sessions.has(session)) sessions.set(session, one);
  }
  return [...sessions.values()].slice(0, MOST_SESSIONS);
}

function holdsAuthClaims(
  claims: Record<string, unknown> & SignedValueLifetime,
): claims is typeof claims & AuthClaims {
  const { github_user_id, generation } = claims;
  return (
    typeof github_user_id === 'string' && /^\d{1,20}$/.test(github_user_id) && typeof generation === 'string'
  );
}

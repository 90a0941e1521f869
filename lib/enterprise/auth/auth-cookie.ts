/** The cookie that says who is signed in: `openhands_auth`, over HTTPS `__Host-openhands_auth`. */
import type { Response } from 'express';
import { RecentEntries } from '../recent-entries.ts';
import {
  browserCookieName,
  clearBrowserCookie,
  type CookieRequest,
  sentValues,
  setBrowserCookie,
  setsBrowserCookie,
} from './browser-cookie.ts';
import type { PublicAddress } from './public-address.ts';
import type { SessionAge, SessionLifetime } from './session-lifetime.ts';
import type { SignedValueLifetime, SignedValues } from './signed-values.ts';

/** Without the prefix that it has over HTTPS. */
export const AUTH_COOKIE = 'openhands_auth';
/** More than a browser has, and few enough to look each of them up in the store. */
const MOST_SESSIONS = 5;
/** Longer than any answer takes to begin. */
const LEFT_MS = 600_000;

/** What the cookie holds: whose it is, never a token. */
export interface AuthClaims extends SessionAge {
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
  readonly lifetime: SessionLifetime;
}

export class AuthCookie {
  readonly #values: SignedValues;
  readonly #address: PublicAddress;
  readonly #lifetime: SessionLifetime;
  /** The sessions that browsers have left. An answer that is still under way must not bring them back. */
  readonly #left = new RecentEntries<true>({ keepMs: LEFT_MS });

  constructor({ values, address, lifetime }: AuthCookieOptions) {
    this.#values = values;
    this.#address = address;
    this.#lifetime = lifetime;
  }

  /** A tampered, expired or foreign value, and one signed for another purpose, is `refused`. */
  read(req: CookieRequest): AuthCookieReading {
    const name = browserCookieName(AUTH_COOKIE, this.#address.isHttps(req));
    const values = sentValues(req, name);
    const genuine = values.flatMap((value) => {
      const claims = this.#values.read(AUTH_COOKIE, value);
      const session = claims && authClaimsIn(claims);
      return session && !this.#lifetime.isOver(session) ? [session] : [];
    });
    const [first, ...others] = differentSessions(genuine);
    if (first === undefined) return { kind: values.length === 0 ? 'absent' : 'refused' };
    return { kind: 'genuine', claims: first, ...(others.length > 0 && { others }) };
  }

  /** Somebody has signed in. */
  set(req: CookieRequest, res: Response, session: Pick<AuthClaims, 'github_user_id' | 'generation'>): void {
    this.#leave(req);
    this.#write(req, res, session, this.#lifetime.remainingMs());
  }

  /**
   * Lets a session that is used go on, if that is due. Not where the answer itself says something of this cookie, or this
   * browser has meanwhile left the session by another answer of this process.
   */
  renew(req: CookieRequest, res: Response, session: AuthClaims): void {
    const { github_user_id, generation, began_at } = session;
    if (!this.#lifetime.isRenewalDue(session) || this.#left.get(nameOf(session))) return;
    if (setsBrowserCookie(req, res, this.#address, AUTH_COOKIE)) return;
    const remainingMs = this.#lifetime.remainingMs(began_at);
    this.#write(req, res, { github_user_id, generation, began_at }, remainingMs);
  }

  clear(req: CookieRequest, res: Response): void {
    this.#leave(req);
    clearBrowserCookie(req, res, this.#address, AUTH_COOKIE);
  }

  #write(
    req: CookieRequest,
    res: Response,
    content: Readonly<Record<string, unknown>>,
    maxAgeMs: number,
  ): void {
    const value = this.#values.write(AUTH_COOKIE, content, maxAgeMs);
    setBrowserCookie(req, res, this.#address, { name: AUTH_COOKIE, value, maxAgeMs });
  }

  #leave(req: CookieRequest): void {
    const reading = this.read(req);
    if (reading.kind !== 'genuine') return;
    for (const session of [reading.claims, ...(reading.others ?? [])]) this.#left.set(nameOf(session), true);
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

/** What tells the session of one browser from those of others. */
function nameOf({ github_user_id, generation, began_at }: AuthClaims): string {
  return `${github_user_id} ${generation} ${began_at}`;
}

/** Of a session that was never renewed the cookie says only when it was issued: that is when it began. */
function authClaimsIn(content: Record<string, unknown> & SignedValueLifetime): AuthClaims | undefined {
  const { github_user_id, generation, issued_at, ends_at, began_at = issued_at } = content;
  const isWhole =
    typeof github_user_id === 'string' &&
    /^\d{1,20}$/.test(github_user_id) &&
    typeof generation === 'string' &&
    typeof began_at === 'number';
  return isWhole ? { github_user_id, generation, issued_at, ends_at, began_at } : undefined;
}

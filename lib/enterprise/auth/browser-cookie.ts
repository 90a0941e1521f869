/** How the cookies of the Enterprise edition are named and set; what is in them is each cookie's own affair. */
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import type { AddressedRequest, PublicAddress } from './public-address.ts';

/** A request as far as cookies are concerned. */
export type CookieRequest = AddressedRequest & Pick<Request, 'headers'>;

/**
 * Over HTTPS the name carries the `__Host-` prefix (RFC 6265bis, section 4.1.3.2). A browser then takes the cookie
 * from this very host only: a neighboring subdomain can neither plant nor overwrite it.
 */
export function browserCookieName(name: string, https: boolean): string {
  return https ? `__Host-${name}` : name;
}

/** A cookie as a browser sends it back: without its attributes. */
export interface SentCookie {
  /** With its `__Host-` prefix, if it has one. */
  readonly name: string;
  readonly value: string;
}

/**
 * The cookies of a request in the order they came, several of one name too. A page on a neighboring subdomain, or an
 * older version with another path, may have set one that the browser sends first.
 */
export function sentCookies({ headers }: Pick<Request, 'headers'>): SentCookie[] {
  return (headers.cookie ?? '').split(';').flatMap(cookieOf);
}

/** The values of the cookies of one name, likewise. The others, such as those of other programs, are not read. */
export function sentValues({ headers }: Pick<Request, 'headers'>, wanted: string): string[] {
  return (headers.cookie ?? '')
    .split(';')
    .filter((pair) => pair.includes(wanted))
    .flatMap(cookieOf)
    .flatMap(({ name, value }) => (name === wanted ? [value] : []));
}

function cookieOf(pair: string): SentCookie[] {
  return Object.entries(parseCookie(pair)).flatMap(([name, value]) => (value ? [{ name, value }] : []));
}

export function setBrowserCookie(
  req: AddressedRequest,
  res: Response,
  address: PublicAddress,
  { name, value, maxAgeMs }: { name: string; value: string; maxAgeMs: number },
): void {
  const https = address.isHttps(req);
  res.cookie(browserCookieName(name, https), value, { ...attributes(https), maxAge: maxAgeMs });
}

export function clearBrowserCookie(
  req: AddressedRequest,
  res: Response,
  address: PublicAddress,
  name: string,
): void {
  const https = address.isHttps(req);
  res.clearCookie(browserCookieName(name, https), attributes(https));
}

/** Whether an answer sets or clears a cookie. */
export function setsBrowserCookie(
  req: AddressedRequest,
  res: Response,
  address: PublicAddress,
  name: string,
): boolean {
  const start = `${browserCookieName(name, address.isHttps(req))}=`;
  return [res.getHeader('Set-Cookie') ?? []].flat().some((line) => String(line).startsWith(start));
}

function attributes(https: boolean): CookieOptions {
  // Lax, not Strict: GitHub sends the browser back by a cross-site navigation, and a flow's cookie must come along.
  return { httpOnly: true, sameSite: 'lax', secure: https, path: '/' };
}

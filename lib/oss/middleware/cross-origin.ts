import type { Request } from 'express';
import { defineMiddleware } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

export interface CrossOriginOptions {
  /** Whether pages of another origin may change things here. */
  readonly permits: (origin: string) => boolean;
}

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * Refuses state-changing requests that a page of another origin makes a browser send, with 403 `cross_origin`.
 * Browsers say where a request comes from in `Origin` and `Sec-Fetch-Site`, which pages cannot forge; programs that
 * are no browsers send neither, and pass.
 */
export function crossOrigin({ permits }: CrossOriginOptions) {
  return defineMiddleware({
    name: 'cross-origin',
    path: '/api',
    ends: [403],
    after: ON_EVERY_ANSWER,
    handle(req, _res, next) {
      if (SAFE_METHODS.has(req.method) || comesFromHere(req) || permits(req.get('origin') ?? '')) next();
      else next(new HttpError(403, 'cross_origin', 'A page of another origin may not do this.'));
    },
  });
}

function comesFromHere(req: Pick<Request, 'get' | 'host'>): boolean {
  const origin = req.get('origin');
  const site = req.get('sec-fetch-site');
  if (site === 'cross-site') return false;
  if (origin === undefined) return true;
  // A sandboxed or referrer-less form of our own page.
  if (origin === 'null') return site === 'same-origin';
  return URL.canParse(origin) && new URL(origin).host === hostOf(origin, req.host);
}

/** `Host` as URLs write it: without the default port of the origin's scheme, in lower case. */
function hostOf(origin: string, host: string): string | undefined {
  const url = `${new URL(origin).protocol}//${host}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}

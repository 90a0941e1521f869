import type { Request } from 'express';
import { defineMiddleware } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { hostNameOf } from '../host-name.ts';
import { ON_EVERY_ANSWER } from './on-every-answer.ts';

export interface HostOptions {
  /** Whether the server answers to a name: in lower case, without a port. */
  readonly isOwn: (hostName: string) => boolean;
  /** The addresses that are this server's, where others are not; without it all are. */
  readonly path?: string | undefined;
}

/** What load balancers ask, some of them in HTTP/1.0, which knows no `Host`. */
const HEALTH = /^\/(health|alive|ready)\/?$/i;

/**
 * Refuses requests by a name that is not this server's, with 421 `unknown_host`. A page of another origin can have its own
 * name point to this machine (DNS rebinding); for the browser it is then of the same origin, and may read everything.
 */
export function host({ isOwn, path }: HostOptions) {
  return defineMiddleware({
    name: 'host',
    ...(path !== undefined && { path }),
    ends: [400, 421],
    after: ON_EVERY_ANSWER,
    handle(req, _res, next) {
      next(complaintAbout(req, isOwn));
    },
  });
}

/** @returns what is wrong with the host that a request names, if anything is. */
export function complaintAbout(
  req: Pick<Request, 'headers' | 'path' | 'host'>,
  isOwn: HostOptions['isOwn'],
): HttpError | undefined {
  const named = req.headers.host;
  if (named === undefined && HEALTH.test(req.path)) return undefined;
  // The other one is what a trusted proxy was asked for (`X-Forwarded-Host`). A page could send that header by itself,
  // so it does not stand in for `Host`.
  const names = [named, req.host].map((host) => hostNameOf(host ?? ''));
  if (!names.every((name) => name !== undefined)) {
    return new HttpError(400, 'bad_request', 'The request does not say which host it is for.');
  }
  return names.every(isOwn)
    ? undefined
    : new HttpError(421, 'unknown_host', 'This server does not answer to this name.');
}

import type { Request, RequestHandler, Response, Router } from 'express';
import { HttpError } from '../errors.ts';

/** The handlers of one path, by method: each one handler, or several that run one after the other. */
export interface ResourceHandlers {
  /** Answers HEAD as well, unless there is a `head`. */
  readonly get?: RequestHandler | RequestHandler[];
  /** For a GET that uses something up, which HEAD must not do (RFC 9110, section 9.2.1). */
  readonly head?: RequestHandler | RequestHandler[];
  readonly post?: RequestHandler | RequestHandler[];
}

/**
 * Registers everything that a path can do. Any other method is answered with 405 and `Allow`, OPTIONS with the same
 * list. A handler that calls `next()` leaves the path to later routes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
 */
export function resource(router: Router, path: string, { get, head, post }: ResourceHandlers): void {
  const methods = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : []), 'OPTIONS'];
  const route = router.route(path);
  // In front of GET, which Express would take for HEAD too.
  if (head) route.head(head);
  if (get) route.get(get);
  if (post) route.post(post);
  const otherMethods: RequestHandler = (req, res, next) => {
    if (req.method !== 'OPTIONS' && methods.includes(req.method)) next();
    else answerOtherMethod(methods, req, res);
  };
  route.all(otherMethods);
}

/**
 * Answers a request to a path whose handlers do not take its method.
 *
 * @param methods - what the path takes, OPTIONS among them.
 * @throws HttpError 405 `method_not_allowed` with `Allow`, unless the method is OPTIONS.
 */
export function answerOtherMethod(methods: readonly string[], req: Request, res: Response): void {
  const allow = methods.join(', ');
  if (req.method !== 'OPTIONS') {
    throw new HttpError(405, 'method_not_allowed', `${req.method} is not possible here.`, {
      headers: { Allow: allow },
    });
  }
  res.set('Allow', allow).status(204).end();
}

import type { ErrorRequestHandler, NextFunction, Request, RequestHandler, Response } from 'express';
import { pathOf } from './path-of.ts';
import { isThenable } from './thenable.ts';

/**
 * Where a handler is mounted, as by `app.use(path, handler)`: on requests below it, and while the handler runs, the path
 * stands in `req.baseUrl` and not in `req.url`.
 *
 * @see https://github.com/pillarjs/router/blob/v2.2.0/index.js (`trimPrefix`)
 */
export class MountPoint {
  readonly #inAnyCase: RegExp;
  readonly #inItsCase: RegExp;

  /** @param mount - the prefix, or prefixes, as declared. */
  constructor(mount: string | readonly string[]) {
    const prefixes = [mount].flat().map((prefix) => prefix.replace(/\/+$/, ''));
    const literal = prefixes.map((prefix) => prefix.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'));
    // As Express's own pattern it takes a slash that ends the path, too.
    const pattern = `^(?:${literal.join('|')})(?:/$)?(?=/|$)`;
    this.#inAnyCase = new RegExp(pattern, 'i');
    this.#inItsCase = new RegExp(pattern);
  }

  /**
   * The part of a request's path that is this place; undefined if the request is not below it. A path that cannot be
   * read lies below no place: there is nothing to take off, and Express calls no handler on such a request.
   */
  on(req: Request): string | undefined {
    const isCaseSensitive =
      (req.app as Request['app'] | undefined)?.enabled('case sensitive routing') ?? false;
    const pattern = isCaseSensitive ? this.#inItsCase : this.#inAnyCase;
    return pattern.exec(pathOf(req) ?? '')?.[0];
  }

  /** Makes a handler run as mounted here. */
  mounted(handle: RequestHandler | ErrorRequestHandler): RequestHandler | ErrorRequestHandler {
    if (handle.length === 4) {
      return (error: unknown, req: Request, res: Response, next: NextFunction) =>
        this.#run(req, next, (innerNext) => (handle as ErrorRequestHandler)(error, req, res, innerNext));
    }
    return (req: Request, res: Response, next: NextFunction) =>
      this.#run(req, next, (innerNext) => (handle as RequestHandler)(req, res, innerNext));
  }

  #run(req: Request, next: NextFunction, handle: (next: NextFunction) => unknown): unknown {
    const restore = enter(req, this.on(req) ?? '');
    const innerNext: NextFunction = (signal?: unknown) => {
      restore();
      next(signal);
    };
    outerNexts.set(innerNext, next);
    try {
      const result = handle(innerNext);
      if (!isThenable(result)) return result;
      return result.then(undefined, (reason: unknown) => {
        restore();
        throw reason;
      });
    } catch (thrown) {
      restore();
      throw thrown;
    }
  }
}

/** The `next` of the stage behind the `next` that a mounted handler gets. */
const outerNexts = new WeakMap<NextFunction, NextFunction>();

/** Whether a handler got this `next` of a stage, mounted or not. */
export function leadsTo(next: NextFunction, stageNext: NextFunction | undefined): boolean {
  return next === stageNext || (stageNext !== undefined && outerNexts.get(next) === stageNext);
}

/**
 * Takes a place off the path of a request.
 *
 * @returns what puts it back, once. `req.next`, by which `res.sendFile` goes on, does so as well.
 */
function enter(req: Request, removed: string): () => void {
  const { baseUrl, next } = req;
  const host = hostIn(req.url);
  let isSlashAdded = false;
  req.originalUrl ||= req.url;
  req.url = host + req.url.slice(host.length + removed.length);
  if (host === '' && !req.url.startsWith('/')) {
    req.url = `/${req.url}`;
    isSlashAdded = true;
  }
  req.baseUrl = (baseUrl || '') + removed.replace(/\/$/, '');

  let isRestored = false;
  const restore = (): void => {
    if (isRestored) return;
    isRestored = true;
    if (isSlashAdded && isOfAddedSlash(req.url, removed)) req.url = req.url.slice(1);
    req.url = host + removed + req.url.slice(host.length);
    req.baseUrl = baseUrl;
    if (next !== undefined) req.next = next;
  };
  if (next !== undefined) {
    req.next = (signal?: unknown) => {
      restore();
      next(signal);
    };
  }
  return restore;
}

/** Whether the slash at the beginning of a URL is the one that was added, and not that of a handler's own rewriting. */
function isOfAddedSlash(url: string, removed: string): boolean {
  return url === '/' || url.startsWith('/?') || (removed.endsWith('/') && url.startsWith('/'));
}

/** The scheme and host of a request target in absolute form (RFC 9112, section 3.2.2), which stand before the path. */
function hostIn(url: string): string {
  if (url === '' || url.startsWith('/')) return '';
  const target = url.split('?', 1)[0] ?? '';
  const scheme = target.indexOf('://');
  return scheme === -1 ? '' : url.slice(0, url.indexOf('/', 3 + scheme));
}

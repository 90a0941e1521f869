import type { StateKey } from './request-state.ts';

/**
 * What a middleware says about itself. `compose` works out the order from it, finds what cannot work, and notices at
 * run time what was not declared.
 */
export interface Declaration<Reads extends StateKey = StateKey, Writes extends StateKey = StateKey> {
  /** Unique in the whole stack, such as `'rate-limit'`. */
  readonly name: string;
  /**
   * The prefix, or prefixes, of the path below which it runs, as in `app.use(path, …)`: in whole segments, whatever
   * the case. `req.url` is not rewritten. By default it runs on every request.
   */
  readonly path?: string | readonly string[];
  /**
   * The same, with the prefix taken off `req.url` and added to `req.baseUrl` while it runs, as `app.use(path, …)` does:
   * what a router, an app or `express.static` needs. Its case counts if it counts in the app ('case sensitive routing').
   * There is either a `path` or a `mount`.
   */
  readonly mount?: string | readonly string[];
  /** The keys of `req.state` it reads: it runs after every middleware that writes them. */
  readonly reads?: readonly Reads[];
  /** The keys of `req.state` it writes; it may read them as well. */
  readonly writes?: readonly Writes[];
  /** The names of the response headers it sets. */
  readonly headers?: readonly string[];
  /** The statuses with which it may end the response itself, such as `[429]`. */
  readonly ends?: readonly number[];
  /**
   * The statuses of the errors that it may hand on with `next(error)`, or throw, such as `[400, 413]`. What stands
   * further in does not run on such a request, so the answer lacks its headers.
   */
  readonly fails?: readonly number[];
  /**
   * The names of the middleware it runs after. `'cors?'`: if there is one. `'header:Vary'`: all that declare that
   * header.
   */
  readonly after?: readonly string[];
  /** The names of the middleware it runs before, written as in `after`. */
  readonly before?: readonly string[];
  /** The names of the middleware that must be in the stack, at any place. */
  readonly requires?: readonly string[];
  /** The name of a middleware in a lower layer, which it replaces: it has its place, and its `before` and `after`. */
  readonly overrides?: string | undefined;
}

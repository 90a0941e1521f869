import type { DeclaredKey, ReadKey } from './keys.ts';

/**
 * What a middleware says about itself. `compose` works out the order from it, finds what cannot work, and notices at
 * run time what was not declared.
 */
export interface Declaration<Reads extends ReadKey = ReadKey, Writes extends DeclaredKey = DeclaredKey>
  extends
    Facts,
    KeyLists<readonly Reads[], readonly Writes[], readonly Writes[]>,
    KeysAfter<readonly DeclaredKey[]> {}

/** The keys of a declaration, each list in a type of its own, from which the compiler infers what is in it. */
export interface KeyLists<
  Reads extends readonly ReadKey[],
  Writes extends readonly DeclaredKey[],
  Updates extends readonly DeclaredKey[],
> {
  /**
   * The keys it reads, of `req.state` or of the request itself (`'req.user'`): it runs after every middleware that
   * writes them. `'req.session?'`: if there is one.
   */
  readonly reads?: Reads;
  /** The keys it writes, whatever they were; it may read them as well. */
  readonly writes?: Writes;
  /**
   * The keys that it reads and rewrites, or fills where they are empty, as body parsers do: several may update one key,
   * and run in the order in which they are listed. It runs after who writes them, and before who reads them.
   */
  readonly updates?: Updates;
}

/** The keys of a declaration that order nothing. */
export interface KeysAfter<ReadsAfter extends readonly DeclaredKey[]> {
  /**
   * The keys that it reads on the way back only: when the headers of the answer are about to be sent, or behind that.
   * Others write them further in, so they put it behind nobody, and any of them may be missing.
   */
  readonly readsAfter?: ReadsAfter;
}

/** What a declaration says besides its keys. */
export interface Facts {
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
  /** The names of the response headers it sets. With a `beforeHeaders` they are those that this one sets. */
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

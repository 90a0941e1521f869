import type { NextFunction, RequestHandler } from 'express';
import type { DeclaredKey, ReadKey } from './declare/keys.ts';
import type { Layers } from './declare/layers.ts';
import type { Middleware } from './declare/middleware.ts';
import type { RequestState } from './declare/request-state.ts';
import type { StateRequest, StateResponse } from './declare/typed-request.ts';
import type { Diagnostic } from './diagnose/diagnostic.ts';
import type { PlannedMiddleware, PlannedWayBack } from './report/describe-plan.ts';
import type { StackOutline } from './report/outline.ts';
import type { PrintFormat } from './report/print.ts';
import type { StackObserver } from './run/observer.ts';
import type { RequestStack } from './run/request-stack.ts';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express is extended
  namespace Express {
    interface Request {
      /**
       * What the middleware of the stack has written, as the middleware that runs may see it. Behind the stack it is
       * what the application may see. Its keys are read and written one by one; it cannot be replaced.
       */
      readonly state: RequestState;
      /** What the stack has done with this request. */
      readonly stack: RequestStack;
    }
  }
}

/** What `compose` makes: an ordinary Express handler that knows its plan. */
export interface Stack<Provides extends DeclaredKey = DeclaredKey> extends RequestHandler {
  /** The middleware in the order of running, each with why it stands there. */
  readonly plan: readonly PlannedMiddleware[];
  /** Who acts on the way back, in the order of acting. */
  readonly wayBack: PlannedWayBack;
  /** The warnings that are not silenced. */
  readonly diagnostics: readonly Diagnostic[];
  /** All of the above and what else there is to tell, as data for tools. */
  readonly outline: StackOutline;
  /** The plan for a terminal (`'table'`, the default), as a Mermaid flowchart, or as JSON. */
  print(format?: PrintFormat): string;
  /**
   * Lets an observer watch requests and conflicts.
   *
   * @returns a function that ends this.
   */
  observe(observer: StackObserver): () => void;
  /** Types a route handler: its `req.state` holds what this stack provides. */
  handler(handle: RouteHandler<Provides>): RequestHandler;
}

/** An ordinary Express handler behind a stack. */
export type RouteHandler<Provides extends DeclaredKey> = (
  req: StateRequest<Provides, never>,
  res: StateResponse<Provides>,
  next: NextFunction,
) => unknown;

/**
 * What `compose` returns, for the compiler, where the stack reads a key that no middleware writes. It is no handler.
 */
export interface UnmetRead<Key extends string> {
  readonly 'nobody in this stack writes the key': Key;
}

/** The entries of all layers, also those of nested arrays. */
type EntriesOf<L extends Layers> = Opened<L[keyof L][number]>;
/** The depth has a bound, since the type of members that are not known is endless. */
type Opened<Member, Depth extends readonly unknown[] = []> = Member extends readonly (infer Inner)[]
  ? Depth['length'] extends 5
    ? never
    : Opened<Inner, [...Depth, Inner]>
  : Member;

type ReadsOf<Entry> = Entry extends Middleware<infer Reads> ? Exclude<Reads, `${string}?`> : never;
type WritesOf<Entry> = Entry extends Middleware<ReadKey, infer Writes> ? Writes : never;

/** A {@link Stack}; or, if a middleware reads a key that none writes, an {@link UnmetRead} of that key. */
export type Composed<L extends Layers, Given extends DeclaredKey> = [
  Exclude<ReadsOf<EntriesOf<L>>, WritesOf<EntriesOf<L>> | Given>,
] extends [never]
  ? Stack<WritesOf<EntriesOf<L>> | Given>
  : UnmetRead<Exclude<ReadsOf<EntriesOf<L>>, WritesOf<EntriesOf<L>> | Given>>;

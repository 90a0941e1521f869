import type { WarningId } from './diagnostic.ts';
import type { ConflictPolicy } from './conflict.ts';
import type { StateKey } from './request-state.ts';

/** What the plan depends on, besides the layers. */
export interface PlanOptions {
  /** Groups of keys of which an application may use only one: the key that the highest layer writes wins. */
  readonly exclusive?: Readonly<Record<string, readonly StateKey[]>>;
  /** Keys that the routes behind the stack read, so that they don't count as "written and never read". */
  readonly reads?: readonly StateKey[];
  /** Keys that the host, or a stack further out, writes before this one runs. */
  readonly given?: readonly StateKey[];
  /** Ids of warnings that are known and accepted. */
  readonly silence?: readonly WarningId[];
  /** Pairs of names whose order doesn't matter. */
  readonly ambiguousOk?: readonly (readonly [string, string])[];
  /** A seed: takes any order that the constraints allow. For tests that must not depend on the order. */
  readonly shuffle?: number | undefined;
}

/** Where warnings go; a pino logger is one. */
export interface StackLog {
  warn(details: object, message: string): void;
}

/** The options of `compose`. */
export interface ComposeOptions extends PlanOptions {
  /** What happens when a request meets a conflict; by default `'warn'`. */
  readonly onConflict?: ConflictPolicy;
  /** By default nothing is logged. */
  readonly log?: StackLog;
  /**
   * Whether requests are watched: `req.state` by the rule, `req.stack`, conflicts. By default they are. Without it
   * `req.state` is a plain object, and only the guard of `next` remains.
   */
  readonly tracking?: boolean;
  /**
   * Which entries are timed: those that make the request wait are in any case. One that calls `next` at once is timed
   * on the first request and one in 128, since reading the clock costs more than all else that the engine does; or `'all'`.
   */
  readonly timing?: 'sampled' | 'all';
}

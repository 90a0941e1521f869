import type { StateKey } from '../declare/request-state.ts';
import type { WarningId } from '../diagnose/diagnostic.ts';

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

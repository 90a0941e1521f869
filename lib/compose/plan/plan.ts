import type { Diagnostic } from '../diagnose/diagnostic.ts';
import type { Access } from './access.ts';
import type { Constraint } from './constraints.ts';
import type { Entry } from './entry.ts';
import type { LosingKey } from './exclusive.ts';

/** What `compose` has worked out, once for all requests. */
export interface Plan {
  /** In the order of running. */
  readonly entries: readonly Entry[];
  /** Those that do something on the way back, in the order in which they do it. */
  readonly wayBack: readonly Entry[];
  readonly constraints: readonly Constraint[];
  readonly access: Access;
  /** The keys that lost their exclusive group, and to which key. */
  readonly losingKeys: ReadonlyMap<string, LosingKey>;
  /** Every key of `req.state` that a middleware declares, that is given, or that lost its exclusive group. */
  readonly keys: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

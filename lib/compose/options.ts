import type { StackLog } from './diagnose/stack-log.ts';
import type { PlanOptions } from './plan/plan-options.ts';
import type { ConflictPolicy } from './run/conflict.ts';

/** The options of `compose`. */
export interface ComposeOptions extends PlanOptions {
  /** What happens when a request meets a conflict; by default `'warn'`. */
  readonly onConflict?: ConflictPolicy;
  /** Where warnings and conflicts are logged; by default nowhere. */
  readonly log?: StackLog;
  /**
   * Which entries are timed. `'all'` times every entry. With `'sampled'`, the default, an entry that calls `next` at
   * once is timed on the first request and on one in 128. The reason: to read the clock costs more than all else that
   * the engine does. Entries that make the request wait are always timed.
   */
  readonly timing?: 'sampled' | 'all';
  /**
   * Whether the person who develops the app is warned of what only requests show, such as a handler that never answers:
   * see `DevelopmentWarningId`. By default so where `NODE_ENV` is `development` or not set. Without a `log` these
   * warnings are warnings of the process, on stderr.
   */
  readonly development?: boolean | undefined;
}

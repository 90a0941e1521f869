import type { RequestHandler } from 'express';
import type { ConflictReporter } from './conflict-reporter.ts';
import type { Loss } from '../plan/exclusive.ts';
import type { EmptyTables } from './tracked-state.ts';
import type { StackObserver } from './observer.ts';
import type { Station } from './stage.ts';

/** What all requests through one stack share. */
export interface StackRuntime extends EmptyTables {
  readonly stations: readonly Station[];
  /** The routes behind the stack, as one more station. */
  readonly application: Station;
  readonly keys: readonly string[];
  /** The numbers of the keys (see `Step`). */
  readonly numberOf: ReadonlyMap<string, number>;
  readonly losses: ReadonlyMap<string, Loss>;
  readonly reporter: ConflictReporter;
  readonly observers: Set<StackObserver>;
  /** The names of the stations. */
  readonly order: readonly string[];
  readonly noTimes: readonly number[];
  /** The stack itself, as it stands in an application. */
  handler: RequestHandler | undefined;
}

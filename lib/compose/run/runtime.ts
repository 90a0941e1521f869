import type { RequestHandler } from 'express';
import type { LosingKey } from '../plan/exclusive.ts';
import type { ConflictReporter } from './conflict-reporter.ts';
import type { StackObserver } from './observer.ts';
import type { Stage } from './stage.ts';
import type { EmptyTables } from './tracked-state.ts';

/** What all requests through one stack share. */
export interface StackRuntime extends EmptyTables {
  readonly stages: readonly Stage[];
  /** The routes behind the stack, as one more stage. */
  readonly application: Stage;
  readonly keys: readonly string[];
  /** The numbers of the keys (see `StateView`). */
  readonly indexOf: ReadonlyMap<string, number>;
  readonly losingKeys: ReadonlyMap<string, LosingKey>;
  readonly reporter: ConflictReporter;
  readonly observers: Set<StackObserver>;
  /** The names of the stages. */
  readonly order: readonly string[];
  readonly noTimes: readonly number[];
  /** The stack itself, as it stands in an application. */
  handler: RequestHandler | undefined;
}

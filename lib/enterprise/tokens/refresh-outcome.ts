import type { SignedIn } from './token-record.ts';

/** What a refresh came to, and when nothing is left to be done about it under the lock. */
export interface Outcome {
  readonly record: SignedIn | Error;
  readonly settled: Promise<void>;
}

/** Nothing is left to be done. */
export function settled(record: SignedIn): Outcome {
  return { record, settled: Promise.resolve() };
}

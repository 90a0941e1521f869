import type { Request } from 'express';
import { explanationOf } from '../diagnose/explanation.ts';

/** What can go wrong between middleware at run time. The ids are stable; docs/diagnostics.md explains each. */
export const CONFLICTS = {
  S301: 'held-back write',
  S302: 'write of a losing key',
  S303: 'read of a losing key',
  S304: 'undeclared write',
  S305: 'undeclared read',
  S306: 'late write',
  S307: 'next called twice',
  S308: 'late error',
  S309: 'replaced state',
  S310: 'failure on the way back',
  S311: 'promise before the headers',
} as const;

/** What a handler does that uses its `next` wrongly. */
export const NEXT_MISUSE = {
  S307: 'calls next() a second time; only the first call counts.',
  S308: 'fails after it has called next().',
} as const;

/** What a middleware does that goes wrong on the way back. */
export const BACK_FAILURES = {
  S310: 'fails on the way back; the answer goes out all the same.',
  S311: 'returns a promise from beforeHeaders, and the headers have not waited for it.',
} as const;

/** The id of a kind of conflict, such as `'S301'`. */
export type ConflictId = keyof typeof CONFLICTS;

/** Something that happened on a request against the declarations. It never holds a value: values may be secrets. */
export interface Conflict {
  readonly id: ConflictId;
  readonly kind: (typeof CONFLICTS)[ConflictId];
  /** One sentence for a person. */
  readonly message: string;
  /** The state key it is about; undefined for `next` and errors. */
  readonly key: string | undefined;
  /** The name of the middleware that caused it, and then, if there is one, of the middleware whose write counts. */
  readonly middlewares: readonly string[];
  /** What counts instead: the key, and the middleware that writes it. Undefined where nothing counts instead. */
  readonly kept: { readonly key: string; readonly middleware: string } | undefined;
  /** How many times it happened on this request. */
  readonly count: number;
}

/**
 * What to do about a conflict, besides recording it in `req.stack.conflicts`: see {@link ConflictReaction}. A function
 * is called for each conflict and returns the reaction; `undefined` means `'warn'`.
 */
export type ConflictPolicy =
  ConflictReaction | ((conflict: Conflict, req: Request) => ConflictReaction | undefined);

/**
 * `'record'`: nothing more. `'warn'`: log it, once for the same kind, key and middleware. `'error'`: throw a
 * {@link ConflictError} where the conflict was caused.
 */
export type ConflictReaction = 'record' | 'warn' | 'error';

/** The end of every message: where the conflict is explained. */
export function seeExplanation({ id, kind }: Pick<Conflict, 'id' | 'kind'>): string {
  return `See ${explanationOf(id, kind)}`;
}

/** Thrown where the conflict arose when `onConflict` says `'error'`. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly code = 'stack_conflict';
  readonly conflict: Conflict;

  constructor(conflict: Conflict) {
    super(`${conflict.id} (${conflict.kind}): ${conflict.message} ${seeExplanation(conflict)}`);
    this.conflict = conflict;
  }
}

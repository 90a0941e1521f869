import type { Request } from 'express';
import type { StackLog } from '../diagnose/stack-log.ts';
import {
  type Conflict,
  ConflictError,
  type ConflictId,
  type ConflictPolicy,
  CONFLICTS,
  seeExplanation,
} from './conflict.ts';
import type { StackObserver } from './observer.ts';

/** A request, as far as conflicts on it are concerned. */
export interface ConflictedRequest {
  readonly req: Request;
  readonly conflicts: RecordedConflict[];
  readonly runtime: { readonly observers: Iterable<StackObserver> };
}

/** A conflict while it is counted. */
export type RecordedConflict = { -readonly [Field in keyof Conflict]: Conflict[Field] };

/** Who did it. */
interface Culprit {
  readonly name: string;
}

/** Writes conflicts down in their request, and reacts as `onConflict` says. One for each stack. */
export class ConflictReporter {
  readonly #policy: ConflictPolicy;
  readonly #log: StackLog | undefined;
  /** The kinds and pairs that have been logged. As many as the declarations allow, not as many as the requests. */
  readonly #logged = new Set<string>();

  constructor(policy: ConflictPolicy = 'warn', log?: StackLog) {
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * @param predicate - what the middleware does, such as `calls next() a second time.`
   * @throws ConflictError when the policy says `'error'`.
   */
  report(run: ConflictedRequest, stage: Culprit, id: ConflictId, predicate: string, about: About = {}): void {
    const found = conflictOf(stage, id, predicate, about);
    const { conflicts } = run;
    const known = conflicts.find((one) => pairOf(one) === pairOf(found));
    if (known === undefined) {
      if (conflicts.length < RECORDED_AT_MOST) conflicts.push(found);
    } else {
      known.count++;
    }
    const conflict = known ?? found;
    for (const observer of run.runtime.observers) observer.conflict?.(conflict, run.req);
    const reaction =
      typeof this.#policy === 'function' ? (this.#policy(conflict, run.req) ?? 'warn') : this.#policy;
    if (about.error !== undefined) this.#logError(conflict, about.error);
    if (reaction === 'record') return;
    if (about.error === undefined) this.#logOnce(conflict);
    if (reaction === 'error') throw new ConflictError(conflict);
  }

  /** An error that nobody else gets is logged each time, whatever the policy. */
  #logError(conflict: Conflict, error: unknown): void {
    this.#log?.warn(
      { conflict: factsOf(conflict), err: error },
      `${conflict.id} ${conflict.message} ${seeExplanation(conflict)}`,
    );
  }

  #logOnce(conflict: Conflict): void {
    const pair = pairOf(conflict);
    if (this.#log === undefined || this.#logged.has(pair) || this.#logged.size >= LOGGED_AT_MOST) return;
    this.#logged.add(pair);
    this.#log.warn(
      { conflict: factsOf(conflict) },
      `${conflict.id} ${conflict.message} Further ones of this kind are not logged. ${seeExplanation(conflict)}`,
    );
  }
}

interface About {
  readonly key?: string;
  readonly kept?: Conflict['kept'];
  readonly error?: unknown;
}

function conflictOf(
  { name }: Culprit,
  id: ConflictId,
  predicate: string,
  { key, kept }: About,
): RecordedConflict {
  const middlewares = kept === undefined ? [name] : [name, kept.middleware];
  return { id, kind: CONFLICTS[id], message: `${name} ${predicate}`, key, middlewares, kept, count: 1 };
}

/** A conflict for the log, where the message stands beside it. */
function factsOf({ id, kind, key, middlewares, kept }: Conflict): Omit<Conflict, 'message' | 'count'> {
  return { id, kind, key, middlewares, kept };
}

/** The kind of a conflict and who is in it: what is logged once, and counted on a request. */
function pairOf({ id, key, middlewares }: Conflict): string {
  return [id, key, ...middlewares].join('\0');
}

// Undeclared keys may come from outside, such as `req.state[req.query.name]`, and must not fill the memory.
const LOGGED_AT_MOST = 1000;
const RECORDED_AT_MOST = 100;

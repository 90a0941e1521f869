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

/** The stage that caused a conflict. */
interface Cause {
  readonly name: string;
}

/** Records the conflicts of each request, and reacts as `onConflict` says. There is one reporter for each stack. */
export class ConflictReporter {
  readonly #policy: ConflictPolicy;
  readonly #log: StackLog | undefined;
  /** What has been logged, as {@link pairOf} names it, so that a conflict on every request is logged once. */
  readonly #logged = new Set<string>();

  constructor(policy: ConflictPolicy = 'warn', log?: StackLog) {
    this.#policy = policy;
    this.#log = log;
  }

  /**
   * Records a conflict, tells the observers, and logs or throws as the policy says.
   *
   * @param predicate - what the middleware does, such as `calls next() a second time.`
   * @throws ConflictError when the policy says `'error'`.
   */
  report(run: ConflictedRequest, stage: Cause, id: ConflictId, predicate: string, about: About = {}): void {
    const found = conflictOf(stage, id, predicate, about);
    const { conflicts } = run;
    const known = conflicts.find((one) => isAlike(one, found));
    if (known === undefined) {
      if (conflicts.length < RECORDED_AT_MOST) conflicts.push(found);
    } else {
      known.count++;
    }
    const conflict = known ?? found;
    // First of all, lest an observer or a policy that fails itself loses it.
    if (about.error !== undefined) this.#logError(conflict, about.error);
    for (const observer of run.runtime.observers) observer.conflict?.(conflict, run.req);
    const reaction =
      typeof this.#policy === 'function' ? (this.#policy(conflict, run.req) ?? 'warn') : this.#policy;
    if (reaction === 'record') return;
    if (about.error === undefined) this.#logOnce(conflict);
    if (reaction === 'error') throw new ConflictError(conflict);
  }

  /** No error handler gets such an error, so it is logged each time, whatever the policy; without a log, on stderr. */
  #logError(conflict: Conflict, error: unknown): void {
    const line = `${conflict.id} ${conflict.message} ${seeExplanation(conflict)}`;
    if (this.#log !== undefined) this.#log.warn({ conflict: factsOf(conflict), err: error }, line);
    else process.emitWarning(line, { code: conflict.id, detail: traceOf(error) });
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

/** What a conflict is about, besides the stage that caused it. */
interface About {
  /** The state key. */
  readonly key?: string;
  /** What counts instead. */
  readonly kept?: Conflict['kept'];
  /** The error that no error handler gets. */
  readonly error?: unknown;
}

function conflictOf(
  { name }: Cause,
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

/** Conflicts of one kind, key and middleware are counted as one. Without a text of each: a handler may cause thousands. */
function isAlike(one: Conflict, other: Conflict): boolean {
  return (
    one.key === other.key &&
    one.id === other.id &&
    one.middlewares.length === other.middlewares.length &&
    one.middlewares.every((name, index) => name === other.middlewares[index])
  );
}

/** The same as a text, for what is logged once. */
function pairOf({ id, key, middlewares }: Conflict): string {
  return [id, key, ...middlewares].join('\0');
}

// Undeclared keys may come from outside, such as `req.state[req.query.name]`, and must not fill the memory.
const LOGGED_AT_MOST = 1000;
const RECORDED_AT_MOST = 100;

/** The trace of an error, of whichever realm. */
function traceOf(error: unknown): string {
  const { stack } = (error ?? {}) as { readonly stack?: unknown };
  return typeof stack === 'string' ? stack : '';
}

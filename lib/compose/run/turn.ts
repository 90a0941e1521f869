import type { Request } from 'express';

/** A request that keeps `req.state` itself, as a plain property. */
interface PlainRequest {
  state: Request['state'];
  stack: Request['stack'];
}

/**
 * Whose turn it is on a request: that middleware's view of the state is `req.state`. A request has one turn, however
 * many stacks it goes through.
 */
export class Turn {
  /** `req.state`; undefined before anybody has had a turn. */
  state: Request['state'] | undefined;
  /** `req.stack`: what the stack that the request has entered last has done with it. */
  report: Request['stack'] | undefined = undefined;
  /** The run that has replaced `req.next` of a router last. */
  replacedNext: ReplacedNext | undefined = undefined;
  /** Where the request is furthest in. */
  #innermost: Request['state'] | undefined = undefined;
  /** The request, if `state` and `stack` have to be set on it. */
  readonly plain: PlainRequest | undefined;
  readonly #onReplaced: (state: Request['state'], by: unknown) => void;

  /**
   * @param onReplaced - is told when something else has been found there.
   */
  constructor(plain: PlainRequest | undefined, onReplaced: (state: Request['state'], by: unknown) => void) {
    this.state = plain?.state;
    this.plain = plain;
    this.#onReplaced = onReplaced;
  }

  /** The request comes to somebody, whose view this is. */
  advance(state: Request['state']): void {
    if (this.plain !== undefined && this.plain.state !== this.state) this.noticeReplacement();
    this.#innermost = state;
    this.give(state);
  }

  /** Somebody has the turn; also when they have it again, since what they called has returned. */
  give(state: Request['state']): void {
    if (this.plain !== undefined) this.plain.state = state;
    this.state = state;
  }

  /** A call into the engine is over: the turn is where the request is furthest in. */
  settle(): void {
    if (this.#innermost === undefined) return;
    this.noticeReplacement();
    this.give(this.#innermost);
  }

  /** Shows what a stack is about to do as `req.stack`. */
  show(report: Request['stack']): void {
    this.report = report;
    if (this.plain !== undefined) this.plain.stack = report;
  }

  /** A plain property may have been set to something else. */
  noticeReplacement(): void {
    if (this.plain === undefined || this.plain.state === this.state) return;
    const by: unknown = this.plain.state;
    const { state } = this;
    if (this.#innermost === undefined || state === undefined) this.state = by as Request['state'];
    else this.#onReplaced(state, by);
  }
}

/** A run that has put its own function in the place of a router's `req.next`. */
export interface ReplacedNext {
  readonly requestNext: unknown;
  /** What it stands for behind the stack. */
  readonly out: unknown;
  readonly replacedBefore: ReplacedNext | undefined;
}

import type { NextFunction, Request, Response } from 'express';

/**
 * What the engine keeps of a request, whichever stack it is in: all stacks that a request goes through share one such
 * object. It says which view is `req.state`, that is, the code of which stage runs.
 */
export class RequestContext {
  /** The view that `req.state` is, as far as the engine knows. */
  state: Request['state'] | undefined = undefined;
  /** `req.stack`: what the stack that the request entered last has done with it. */
  report: Request['stack'] | undefined = undefined;
  /** The view of the stage that the request has come to, also while an earlier stage has its view back. */
  furthestView: Request['state'] | undefined = undefined;
  /** How many stages are on the call stack. */
  depth = 0;
  /** The run that replaced a router's `req.next` last. */
  replacedNext: ReplacedNext | undefined = undefined;

  /** `req.next`, which the routers of an app set. */
  next: NextFunction | undefined = undefined;
  /** Whether {@link next} is here, and not a property of the request. */
  keepsNext = false;
  /** The response, once the request has come to a stack. */
  res: Response | undefined = undefined;

  readonly req: Request;

  /** The request again, if `state` is a plain property of it, which anybody can set. */
  readonly plain: { state: Request['state'] | undefined } | undefined;

  constructor(req: Request, plain?: { state: Request['state'] | undefined }) {
    this.req = req;
    this.plain = plain;
    if (plain !== undefined) this.state = plain.state;
  }

  /** Whether somebody has set `req.state` where it is a plain property. */
  get isReplaced(): boolean {
    return this.plain !== undefined && this.plain.state !== this.state;
  }

  /** The request has come to the stage that has this view. */
  advance(state: Request['state']): void {
    this.furthestView = state;
    this.restore(state);
  }

  /** A view becomes `req.state` again, as when the `next()` that an earlier stage called has returned. */
  restore(state: Request['state']): void {
    this.state = state;
    if (this.plain !== undefined) this.plain.state = state;
  }
}

/** A run that has put its own function in the place of a router's `req.next`. */
export interface ReplacedNext {
  readonly requestNext: unknown;
  /** The `next` that it leads to behind the stack. */
  readonly out: unknown;
  readonly replacedBefore: ReplacedNext | undefined;
}

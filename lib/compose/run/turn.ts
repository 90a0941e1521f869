import type { Request, Response } from 'express';

/**
 * Whose turn it is on a request: that middleware's view of the state is `req.state`. A request has one turn, however
 * many stacks it goes through.
 */
export class Turn {
  /** Where `req.state` is read: here, through an accessor, or on the request, where it is a plain property. */
  readonly holder: { state: Request['state'] | undefined };
  /** What {@link holder} holds, if it is this. */
  state: Request['state'] | undefined = undefined;
  /** `req.stack`: what the stack that the request has entered last has done with it. */
  report: Request['stack'] | undefined = undefined;
  /** The view of the middleware where the request is furthest in. */
  innermost: Request['state'] | undefined = undefined;
  /** The run that has replaced `req.next` of a router last. */
  replacedNext: ReplacedNext | undefined = undefined;

  readonly req: Request;
  readonly res: Response;

  /** @param plain - the request again, if `state` is a property of its own. */
  constructor(req: Request, res: Response, plain?: { state: Request['state'] | undefined }) {
    this.req = req;
    this.res = res;
    this.holder = plain ?? this;
  }

  /** The request comes to somebody, whose view this is. */
  advance(state: Request['state']): void {
    this.innermost = state;
    this.holder.state = state;
  }

  /** Somebody has the turn again, since what they called has returned. */
  give(state: Request['state']): void {
    this.holder.state = state;
  }
}

/** A run that has put its own function in the place of a router's `req.next`. */
export interface ReplacedNext {
  readonly requestNext: unknown;
  /** What it stands for behind the stack. */
  readonly out: unknown;
  readonly replacedBefore: ReplacedNext | undefined;
}

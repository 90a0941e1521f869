import type { NextFunction, Request, Response } from 'express';
import type { RequestState, StateKey } from './request-state.ts';

/** The part of `req.state` that a declaration opens: what it reads, and what it writes. */
export type DeclaredState<Reads extends StateKey, Writes extends StateKey> = Readonly<
  Pick<RequestState, Exclude<Reads, Writes>>
> &
  Pick<RequestState, Writes>;

/** An Express request whose `state` holds what was declared, and nothing else. */
export interface StateRequest<Reads extends StateKey, Writes extends StateKey> extends Omit<
  Request,
  'state'
> {
  readonly state: DeclaredState<Reads, Writes>;
}

/** An ordinary Express handler whose `req.state` is typed. */
export type StateHandler<Reads extends StateKey, Writes extends StateKey> = (
  req: StateRequest<Reads, Writes>,
  res: Response,
  next: NextFunction,
) => unknown;

/** An ordinary Express error handler whose `req.state` is typed. */
export type StateErrorHandler<Reads extends StateKey, Writes extends StateKey> = (
  error: unknown,
  req: StateRequest<Reads, Writes>,
  res: Response,
  next: NextFunction,
) => unknown;

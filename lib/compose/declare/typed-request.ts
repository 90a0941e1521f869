import type { NextFunction, Request, Response } from 'express';
import type { DeclaredKey, ReadKey } from './keys.ts';
import type { RequestState, StateKey } from './request-state.ts';

/** The part of `req.state` that a declaration opens: what it reads, and what it writes or updates. */
export type DeclaredState<Reads extends ReadKey, Writes extends DeclaredKey> = Readonly<
  Pick<RequestState, Exclude<StateKeyOf<Reads>, Writes>>
> &
  Pick<RequestState, Extract<Writes, StateKey>>;

type StateKeyOf<Reads extends ReadKey> = Extract<Reads extends `${infer Key}?` ? Key : Reads, StateKey>;

/** An Express request whose `state` holds what was declared, and nothing else. */
export interface RequestWithState<Reads extends ReadKey, Writes extends DeclaredKey> extends Omit<
  Request,
  'state'
> {
  readonly state: DeclaredState<Reads, Writes>;
}

/**
 * The request that a declared handler gets. Its `state` holds what was declared. A key of the request that it reads,
 * such as `'req.user'`, is there; one that it writes, or may do without, is what Express's types say, or `unknown`.
 */
export type StateRequest<Reads extends ReadKey, Writes extends DeclaredKey> = RequestWithState<
  Reads,
  Writes
> &
  Present<Request, NameIn<Reads, 'req.'>> &
  Possible<Request, NameIn<Reads | Writes, 'req.'>>;

/** The response that a declared handler gets: the keys of `res.locals` that it reads are there. */
export type StateResponse<Reads extends ReadKey> = [NameIn<Reads, 'res.locals.'>] extends [never]
  ? Response
  : Response & { readonly locals: Present<Express.Locals, NameIn<Reads, 'res.locals.'>> };

/** The names behind a prefix. That of a stack which the compiler does not know could be any, and says nothing. */
type NameIn<Keys, Prefix extends string> = Keys extends `${Prefix}${infer Name}`
  ? string extends Name
    ? never
    : Name
  : never;

/** What is read and may not be missing. Where the types know of none, it is there all the same. */
type Present<Base, Names extends string> = {
  [Name in Exclude<Names, `${string}?`>]: Name extends keyof Base ? NonNullable<Base[Name]> : unknown;
};

/** What the types know nothing of, and what may be missing. */
type Possible<Base, Names extends string> = Partial<
  Record<Exclude<Names extends `${infer Bare}?` ? Bare : Names, keyof Base>, unknown>
>;

/** An ordinary Express handler whose `req.state` is typed. */
export type StateHandler<Reads extends ReadKey, Writes extends DeclaredKey> = (
  req: StateRequest<Reads, Writes>,
  res: StateResponse<Reads>,
  next: NextFunction,
) => unknown;

/** An ordinary Express error handler whose `req.state` is typed. */
export type StateErrorHandler<Reads extends ReadKey, Writes extends DeclaredKey> = (
  error: unknown,
  req: StateRequest<Reads, Writes>,
  res: StateResponse<Reads>,
  next: NextFunction,
) => unknown;

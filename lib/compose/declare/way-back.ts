import type { Request, Response } from 'express';
import type { DeclaredKey, ReadKey } from './keys.ts';
import type { StateRequest } from './typed-request.ts';

/** What a middleware does on the way back, as far as nobody looks at the types of its request. */
export interface WayBack {
  /** See {@link WayBackDefinition.beforeHeaders}. */
  readonly beforeHeaders?: (req: Request, res: Response) => unknown;
  /** See {@link WayBackDefinition.afterResponse}. */
  readonly afterResponse?: (req: Request, res: Response) => unknown;
}

/**
 * What a middleware does on the way back: with the answers to all requests that have come to it, whoever gives them.
 * Among several the higher layer acts last, and within one layer the one that runs first.
 */
export interface WayBackDefinition<
  Reads extends ReadKey,
  Writes extends DeclaredKey,
  ReadsAfter extends DeclaredKey,
> {
  /**
   * Called when the headers of the answer are about to be sent, with `res.statusCode` as it will be, to set or remove
   * some. It is synchronous: the headers wait for no promise. What it throws is logged, and the answer goes out.
   * An answer is on its way already, so `res.end` and its like throw here.
   */
  readonly beforeHeaders?: BeforeHeaders<Reads, Writes, ReadsAfter>;
  /**
   * Called once when the answer is done, or when the client has gone away before: then `res.writableFinished` is false.
   * What it throws, or is rejected with, is logged.
   */
  readonly afterResponse?: AfterResponse<Reads, Writes, ReadsAfter>;
}

/** See {@link WayBackDefinition.beforeHeaders}. */
export type BeforeHeaders<
  Reads extends ReadKey,
  Writes extends DeclaredKey,
  ReadsAfter extends DeclaredKey,
> = (req: AnsweredRequest<Reads, Writes, ReadsAfter>, res: Response) => void;

/** See {@link WayBackDefinition.afterResponse}. */
export type AfterResponse<
  Reads extends ReadKey,
  Writes extends DeclaredKey,
  ReadsAfter extends DeclaredKey,
> = (req: AnsweredRequest<Reads, Writes, ReadsAfter>, res: Response) => void | Promise<void>;

/**
 * The request on the way back. What the middleware reads on the way in is there; all else may be missing, since somebody
 * may have answered before it was written.
 */
export type AnsweredRequest<
  Reads extends ReadKey,
  Writes extends DeclaredKey,
  ReadsAfter extends DeclaredKey,
> = StateRequest<Reads | Possibly<Writes> | Possibly<ReadsAfter>, never>;

type Possibly<Key extends DeclaredKey> = Extract<`${Key}?`, ReadKey>;

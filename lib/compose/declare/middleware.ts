import type { ErrorRequestHandler, RequestHandler } from 'express';
import { checkDeclaration } from './check-declaration.ts';
import type { Declaration } from './declaration.ts';
import { type DeclarationSite, declarationSite } from './declaration-site.ts';
import type { StateKey } from './request-state.ts';
import type { StateErrorHandler, StateHandler } from './typed-request.ts';

/** A declared middleware: what {@link defineMiddleware} makes, and what stands in a layer. */
export interface Middleware<
  Reads extends StateKey = StateKey,
  Writes extends StateKey = StateKey,
> extends Declaration<Reads, Writes> {
  readonly reads: readonly Reads[];
  readonly writes: readonly Writes[];
  readonly handle: RequestHandler | ErrorRequestHandler;
  /** Where it was declared, for diagnostics. */
  readonly site: DeclarationSite;
}

/** A middleware with its declaration, as {@link defineMiddleware} takes it. */
export interface MiddlewareDefinition<Reads extends StateKey, Writes extends StateKey> extends Declaration<
  Reads,
  Writes
> {
  /** An ordinary Express handler; `req.state` is typed from `reads` and `writes`. */
  handle: StateHandler<NoInfer<Reads>, NoInfer<Writes>>;
}

/** An error handler with its declaration, as {@link defineErrorMiddleware} takes it. */
export interface ErrorMiddlewareDefinition<
  Reads extends StateKey,
  Writes extends StateKey,
> extends Declaration<Reads, Writes> {
  /** An ordinary Express error handler; `req.state` is typed from `reads` and `writes`. */
  handle: StateErrorHandler<NoInfer<Reads>, NoInfer<Writes>>;
}

/**
 * Declares a middleware for a layer of `compose`.
 *
 * @throws TypeError when the declaration is malformed, such as a `path` with a parameter in it.
 */
export function defineMiddleware<const Reads extends StateKey = never, const Writes extends StateKey = never>(
  definition: MiddlewareDefinition<Reads, Writes>,
): Middleware<Reads, Writes> {
  return declare(definition, definition.handle as unknown as RequestHandler, defineMiddleware);
}

/**
 * Declares an error handler for a layer of `compose`. As in Express, it runs only on an error that arose before its
 * place in the stack.
 *
 * @throws TypeError when the declaration is malformed, or `handle` doesn't take four parameters.
 */
export function defineErrorMiddleware<
  const Reads extends StateKey = never,
  const Writes extends StateKey = never,
>(definition: ErrorMiddlewareDefinition<Reads, Writes>): Middleware<Reads, Writes> {
  if (definition.handle.length !== 4) {
    throw new TypeError(
      `The error handler "${definition.name}" must take (error, req, res, next): Express tells error handlers by their four parameters.`,
    );
  }
  return declare(definition, definition.handle as unknown as ErrorRequestHandler, defineErrorMiddleware);
}

/**
 * Joins a handler and its declaration, whatever the handler's types say.
 *
 * @param callee - the function that the user has called for it.
 */
export function declare<Reads extends StateKey, Writes extends StateKey>(
  declaration: Declaration<Reads, Writes>,
  handle: RequestHandler | ErrorRequestHandler,
  callee: (...args: never[]) => unknown,
): Middleware<Reads, Writes> {
  checkDeclaration(declaration, handle);
  return Object.freeze({
    ...declaration,
    reads: declaration.reads ?? [],
    writes: declaration.writes ?? [],
    handle,
    site: declarationSite(callee),
  });
}

import type { ErrorRequestHandler, RequestHandler } from 'express';
import { checkDefinition, refuseMore } from './check-arguments.ts';
import { checkDeclaration } from './check-declaration.ts';
import type { Declaration, Facts, KeyLists, KeysAfter } from './declaration.ts';
import { type DeclarationSite, declarationSite } from './declaration-site.ts';
import type { DeclaredKey, ReadKey } from './keys.ts';
import type { StateErrorHandler, StateHandler } from './typed-request.ts';
import type { WayBack, WayBackDefinition } from './way-back.ts';

/** A declared middleware: what {@link defineMiddleware} makes, and what stands in a layer. */
export interface Middleware<Reads extends ReadKey = ReadKey, Writes extends DeclaredKey = DeclaredKey>
  extends Declaration<Reads, Writes>, WayBack {
  readonly reads: readonly Reads[];
  readonly writes: readonly Writes[];
  readonly handle: RequestHandler | ErrorRequestHandler;
  /** Where it was declared, for diagnostics. */
  readonly site: DeclarationSite;
}

type WayBackOf<
  Reads extends readonly ReadKey[],
  Writes extends readonly DeclaredKey[],
  Updates extends readonly DeclaredKey[],
  ReadsAfter extends readonly DeclaredKey[],
> = WayBackDefinition<Reads[number], Writes[number] | Updates[number], ReadsAfter[number]>;

/** A middleware with its declaration, as {@link defineMiddleware} takes it. */
export interface MiddlewareDefinition<
  Reads extends readonly ReadKey[],
  Writes extends readonly DeclaredKey[],
  Updates extends readonly DeclaredKey[],
  ReadsAfter extends readonly DeclaredKey[] = [],
>
  extends
    Facts,
    KeyLists<Reads, Writes, Updates>,
    KeysAfter<ReadsAfter>,
    WayBackOf<NoInfer<Reads>, NoInfer<Writes>, NoInfer<Updates>, NoInfer<ReadsAfter>> {
  /**
   * An ordinary Express handler; `req.state` is typed from `reads`, `writes` and `updates`. It may be left out where there
   * is something to do on the way back only.
   */
  handle?: StateHandler<NoInfer<Reads>[number], NoInfer<Writes>[number] | NoInfer<Updates>[number]>;
}

/** An error handler with its declaration, as {@link defineErrorMiddleware} takes it. */
export interface ErrorMiddlewareDefinition<
  Reads extends readonly ReadKey[],
  Writes extends readonly DeclaredKey[],
  Updates extends readonly DeclaredKey[],
  ReadsAfter extends readonly DeclaredKey[] = [],
>
  extends
    Facts,
    KeyLists<Reads, Writes, Updates>,
    KeysAfter<ReadsAfter>,
    WayBackOf<NoInfer<Reads>, NoInfer<Writes>, NoInfer<Updates>, NoInfer<ReadsAfter>> {
  /** An ordinary Express error handler; `req.state` is typed from `reads`, `writes` and `updates`. */
  handle: StateErrorHandler<NoInfer<Reads>[number], NoInfer<Writes>[number] | NoInfer<Updates>[number]>;
}

/**
 * Declares a middleware for a layer of `compose`.
 *
 * @param definition - the handler, and what it reads, writes, sets and replaces.
 * @returns what stands in a layer. It is frozen, remembers where it was declared, and may stand in several stacks.
 * @throws TypeError when the declaration is malformed, such as a `path` with a parameter in it, or `handle` takes four
 *   parameters.
 *
 * @example
 * ```ts
 * const session = defineMiddleware({
 *   name: 'session',
 *   writes: ['visitor'],
 *   handle(req, _res, next) {
 *     req.state.visitor = req.get('X-Visitor') ?? 'stranger';
 *     next();
 *   },
 * });
 * ```
 */
export function defineMiddleware<
  const Reads extends readonly ReadKey[] = [],
  const Writes extends readonly DeclaredKey[] = [],
  const Updates extends readonly DeclaredKey[] = [],
  const ReadsAfter extends readonly DeclaredKey[] = [],
>(
  definition: MiddlewareDefinition<Reads, Writes, Updates, ReadsAfter>,
): Middleware<Reads[number], Writes[number] | Updates[number]>;
export function defineMiddleware(
  definition: MiddlewareDefinition<
    readonly ReadKey[],
    readonly DeclaredKey[],
    readonly DeclaredKey[],
    readonly DeclaredKey[]
  >,
  ...more: readonly unknown[]
): Middleware {
  checkDefinition(definition, 'defineMiddleware');
  refuseBehind('defineMiddleware', more);
  const handle = handlerOf(definition);
  const middleware = declare(definition, handle, defineMiddleware);
  if (handle.length === 4) {
    throw new TypeError(
      `Middleware "${definition.name}": handle has four parameters, so it would run on errors only; write defineErrorMiddleware, or take one away.`,
    );
  }
  return middleware;
}

/** The handler of a definition. Who acts on the way back only lets requests through on the way in. */
function handlerOf(definition: { readonly handle?: unknown } & object): RequestHandler {
  const { handle, beforeHeaders, afterResponse } = definition as Record<string, unknown>;
  const actsLater = beforeHeaders !== undefined || afterResponse !== undefined;
  return (handle === undefined && actsLater ? letThrough : handle) as RequestHandler;
}

const letThrough: RequestHandler = (_req, _res, next) => {
  next();
};

/**
 * Declares an error handler for a layer of `compose`. As in Express, it runs only on an error that arose before its
 * place in the stack.
 *
 * @param definition - the handler, and what it reads, writes, sets and replaces.
 * @returns what stands in a layer.
 * @throws TypeError when the declaration is malformed, or `handle` doesn't take four parameters.
 *
 * @example
 * ```ts
 * const failed = defineErrorMiddleware({
 *   name: 'failed',
 *   handle(error, _req, res, next) {
 *     if (error instanceof RangeError) res.sendStatus(416);
 *     else next(error);
 *   },
 * });
 * ```
 */
export function defineErrorMiddleware<
  const Reads extends readonly ReadKey[] = [],
  const Writes extends readonly DeclaredKey[] = [],
  const Updates extends readonly DeclaredKey[] = [],
  const ReadsAfter extends readonly DeclaredKey[] = [],
>(
  definition: ErrorMiddlewareDefinition<Reads, Writes, Updates, ReadsAfter>,
): Middleware<Reads[number], Writes[number] | Updates[number]>;
export function defineErrorMiddleware(
  definition: ErrorMiddlewareDefinition<
    readonly ReadKey[],
    readonly DeclaredKey[],
    readonly DeclaredKey[],
    readonly DeclaredKey[]
  >,
  ...more: readonly unknown[]
): Middleware {
  checkDefinition(definition, 'defineErrorMiddleware');
  refuseBehind('defineErrorMiddleware', more);
  const handle = definition.handle as unknown as ErrorRequestHandler;
  const middleware = declare(definition, handle, defineErrorMiddleware);
  if (handle.length !== 4) {
    throw new TypeError(
      `The error handler "${definition.name}" must take (error, req, res, next): Express tells error handlers by their four parameters.`,
    );
  }
  return middleware;
}

/** Refuses what stands behind a definition, but for the number that `definitions.map(defineMiddleware)` hands on. */
function refuseBehind(callee: string, more: readonly unknown[]): void {
  if (typeof more[0] === 'number') return;
  refuseMore(callee, 'one object', more, 'Write all into it; the handler is its field handle.');
}

/**
 * Joins a handler and its declaration. The types of the handler are not checked here.
 *
 * @param declaration - what the handler does.
 * @param handle - the handler.
 * @param callee - the public function that the user has called, such as `wrap`.
 * @throws TypeError when the declaration is malformed.
 */
export function declare<Reads extends ReadKey, Writes extends DeclaredKey>(
  declaration: Declaration<Reads, Writes>,
  handle: RequestHandler | ErrorRequestHandler,
  callee: (...args: never[]) => unknown,
): Middleware<Reads, Writes> {
  checkDeclaration(declaration, handle);
  const middleware = Object.freeze({
    ...declaration,
    reads: declaration.reads ?? [],
    writes: declaration.writes ?? [],
    handle,
    site: declarationSite(callee),
  });
  checked.add(middleware);
  return middleware;
}

const checked = new WeakSet<object>();

/**
 * Refuses a copy of a declared middleware, as `{ ...cors, path: '/api' }`, which nobody has checked, unless it is right.
 *
 * @throws TypeError when the declaration is malformed.
 */
export function checkCopy(middleware: Middleware): void {
  if (!checked.has(middleware)) checkDeclaration(middleware, middleware.handle);
}

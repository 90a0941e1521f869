import type { RequestHandler } from 'express';
import { defineErrorMiddleware, defineMiddleware, type Middleware, type WayBack } from '../../lib/compose.ts';

/** A declaration whose keys are any strings, as in a stack that the compiler has not seen. */
export interface LooseDeclaration extends WayBack {
  readonly path?: string | readonly string[];
  readonly mount?: string | readonly string[];
  readonly reads?: readonly string[];
  readonly writes?: readonly string[];
  readonly updates?: readonly string[];
  readonly readsAfter?: readonly string[];
  readonly headers?: readonly string[];
  readonly ends?: readonly number[];
  readonly fails?: readonly number[];
  readonly after?: readonly string[];
  readonly before?: readonly string[];
  readonly requires?: readonly string[];
  readonly overrides?: string;
}

/** A middleware that does nothing but what `handle` says; by default it calls `next`. */
export function pass(
  name: string,
  declaration: LooseDeclaration = {},
  handle: RequestHandler = (_req, _res, next) => next(),
): Middleware {
  return defineMiddleware({ name, ...declaration, handle } as Parameters<typeof defineMiddleware>[0]);
}

/** An error handler that hands every error on. */
export function onError(name: string, declaration: LooseDeclaration = {}): Middleware {
  return defineErrorMiddleware({
    name,
    ...declaration,
    handle: (error: unknown, _req, _res, next) => next(error),
  } as Parameters<typeof defineErrorMiddleware>[0]);
}

/** The names in the order of running. */
export function orderOf(stack: { readonly plan: readonly { readonly name: string }[] }): string[] {
  return stack.plan.map(({ name }) => name);
}

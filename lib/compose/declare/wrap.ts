import type { RequestHandler } from 'express';
import type { Declaration } from './declaration.ts';
import type { ErrorHandler } from './error-handler.ts';
import { declare, type Middleware } from './middleware.ts';
import type { StateKey } from './request-state.ts';

/**
 * Declares what an existing Express handler does. The handler stays as it is.
 *
 * @param handler - an ordinary Express handler, or error handler.
 * @param declaration - what the handler reads, writes, sets and replaces; that of well-known ones is in `declarations`.
 * @returns what stands in a layer.
 * @throws TypeError when the declaration is malformed.
 *
 * @example
 * ```ts
 * wrap(helmet(), declarations.helmet);
 * wrap(legacyUser, { name: 'user', writes: ['user_id'] });
 * ```
 */
export function wrap<const Reads extends StateKey = never, const Writes extends StateKey = never>(
  handler: RequestHandler | ErrorHandler,
  declaration: Declaration<Reads, Writes>,
): Middleware<Reads, Writes> {
  return declare(declaration, handler, wrap);
}

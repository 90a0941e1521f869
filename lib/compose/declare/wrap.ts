import type { RequestHandler } from 'express';
import type { Declaration } from './declaration.ts';
import type { ErrorHandler } from './error-handler.ts';
import { declare, type Middleware } from './middleware.ts';
import type { StateKey } from './request-state.ts';

/**
 * Declares for a handler that one doesn't own, which stays as it is:
 * `wrap(helmet(), declarations.helmet)`, `wrap(legacyUser, { name: 'user', writes: ['user_id'] })`.
 *
 * @throws TypeError when the declaration is malformed.
 */
export function wrap<const Reads extends StateKey = never, const Writes extends StateKey = never>(
  handler: RequestHandler | ErrorHandler,
  declaration: Declaration<Reads, Writes>,
): Middleware<Reads, Writes> {
  return declare(declaration, handler, wrap);
}

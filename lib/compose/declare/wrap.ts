import type { RequestHandler } from 'express';
import { checkWrapped, refuseMore } from './check-arguments.ts';
import type { Facts, KeyLists, KeysAfter } from './declaration.ts';
import type { ErrorHandler } from './error-handler.ts';
import type { DeclaredKey, ReadKey } from './keys.ts';
import { declare, type Middleware } from './middleware.ts';

/**
 * Declares what an existing Express handler does. The handler stays as it is.
 *
 * @param handler - an ordinary Express handler, or error handler.
 * @param declaration - what the handler reads, writes, sets and replaces; that of well-known ones is in `declarations`.
 * @returns what stands in a layer.
 * @throws TypeError when the handler is no function, or the declaration is malformed or not there.
 *
 * @example
 * ```ts
 * wrap(helmet(), declarations.helmet);
 * wrap(legacyUser, { name: 'user', writes: ['req.user'] });
 * ```
 */
export function wrap<
  const Reads extends readonly ReadKey[] = [],
  const Writes extends readonly DeclaredKey[] = [],
  const Updates extends readonly DeclaredKey[] = [],
>(
  handler: RequestHandler | ErrorHandler,
  declaration: Facts & KeyLists<Reads, Writes, Updates> & KeysAfter<readonly DeclaredKey[]>,
): Middleware<Reads[number], Writes[number] | Updates[number]>;
export function wrap(
  handler: RequestHandler | ErrorHandler,
  declaration: Facts &
    KeyLists<readonly ReadKey[], readonly DeclaredKey[], readonly DeclaredKey[]> &
    KeysAfter<readonly DeclaredKey[]>,
  ...more: readonly unknown[]
): Middleware {
  checkWrapped(handler, declaration);
  refuseMore(
    'wrap',
    'a handler and a declaration',
    more,
    "To change a declaration, spread it: { ...declarations.cors, path: '/api' }.",
  );
  return declare(declaration, handler, wrap);
}

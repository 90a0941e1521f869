import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import type { Conflict, RequestStack } from '../compose.ts';

const stacks = new WeakMap<object, RequestStack>();

/** Lets the functions below find what happened on the request that `response` answers. */
export function rememberStack(response: object, stack: RequestStack): void {
  stacks.set(response, stack);
}

/**
 * What conflicted on the request that a response answers, in the order of happening.
 *
 * @param response - one that came from an agent of `testApp`.
 * @throws TypeError for any other one.
 */
export function conflictsOf(response: object): readonly Conflict[] {
  const innermost = stacks.get(response);
  if (innermost === undefined) {
    throw new TypeError('This response is not from an agent of testApp, or its request met no stack.');
  }
  const conflicts: Conflict[] = [];
  for (let stack: RequestStack | undefined = innermost; stack !== undefined; stack = stack.outer) {
    conflicts.unshift(...stack.conflicts);
  }
  return conflicts;
}

/**
 * Asserts that a request met a conflict.
 *
 * @param response - one that came from an agent of `testApp`.
 * @param expected - fields of the conflict: `{ id: 'S302', key: 'github_token' }`.
 * @returns the first conflict that has them.
 * @throws AssertionError that lists what conflicted instead.
 */
export function expectConflict(response: object, expected: Partial<Conflict>): Conflict {
  const conflicts = conflictsOf(response);
  const found = conflicts.find((conflict) => fits(conflict, expected));
  if (found === undefined) {
    throw new AssertionError({ message: 'The request met no such conflict.', actual: conflicts, expected });
  }
  return found;
}

/**
 * Asserts that a request met no conflict at all, or none of a kind.
 *
 * @param unwanted - fields of the conflict, as in {@link expectConflict}.
 * @throws AssertionError that names the conflict.
 */
export function expectNoConflict(response: object, unwanted: Partial<Conflict> = {}): void {
  const found = conflictsOf(response).find((conflict) => fits(conflict, unwanted));
  if (found !== undefined)
    throw new AssertionError({ message: `${found.id}: ${found.message}`, actual: found });
}

function fits(conflict: Conflict, expected: Partial<Conflict>): boolean {
  return Object.entries(expected).every(([field, value]) =>
    isDeepStrictEqual(conflict[field as keyof Conflict], value),
  );
}

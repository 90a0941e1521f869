import { compose, type DeclaredKey, type Layers, StackError, wrap } from '../../compose.ts';
import { isRequestKey } from '../../compose/declare/keys.ts';
import { declarationOf, type Draft } from './draft.ts';

/**
 * The order in which the engine runs a stack of drafts, by name; undefined where it refuses the stack, or one without
 * those that are missing at times.
 *
 * @param given - the keys that are written in front of the stack.
 */
export function orderOf(drafts: readonly Draft[], given: ReadonlySet<string>): readonly string[] | undefined {
  const always = drafts.filter(({ member }) => !member.isConditional);
  if (always.length < drafts.length && planOf(always, given) === undefined) return undefined;
  return planOf(drafts, given);
}

/** Whether the engine runs them in the order in which they stand. */
export function keepsOrder(drafts: readonly Draft[], given: ReadonlySet<string>): boolean {
  return orderOf(drafts, given)?.every((name, index) => name === drafts[index]?.name) ?? false;
}

function planOf(drafts: readonly Draft[], given: ReadonlySet<string>): string[] | undefined {
  const app = drafts.map((draft) =>
    wrap(draft.member.kind === 'error' ? failed : passed, declarationOf(draft)),
  );
  try {
    const keys = [...given].filter((key) => isRequestKey(key)) as DeclaredKey[];
    return compose({ app } as Layers, { given: keys }).plan.map(({ name }) => name);
  } catch (error) {
    if (error instanceof StackError) return undefined;
    throw error;
  }
}

/** The middleware itself is in the app's process. Its declaration is all that the order depends on. */
function passed(_req: unknown, _res: unknown, next: () => void): void {
  next();
}

function failed(_error: unknown, _req: unknown, _res: unknown, next: () => void): void {
  next();
}

import { didYouMean } from '../diagnose/did-you-mean.ts';
import { shown } from '../diagnose/shown.ts';
import { unlessPlain } from './plain-object.ts';
import { declarations } from './ready-made.ts';

/**
 * Refuses whatever is no definition.
 *
 * @param callee - the name of the function that takes it.
 * @throws TypeError that says what to write.
 */
export function checkDefinition(definition: unknown, callee: string): void {
  const odd = unlessPlain(definition);
  if (odd === undefined) return;
  const hint =
    typeof definition === 'function' ? ` Around a handler write wrap(handler, { name: 'cors' }).` : '';
  throw new TypeError(
    `${callee} takes one plain object, such as ${callee}({ name: 'cors', handle }), not ${odd}.${hint}`,
  );
}

/**
 * Refuses what cannot be wrapped, and whatever is no declaration.
 *
 * @throws TypeError that says what to write.
 */
export function checkWrapped(handler: unknown, declaration: unknown): void {
  if (typeof handler !== 'function') {
    const hint =
      typeof declaration === 'function' ? ' The handler comes first: wrap(handler, declaration).' : '';
    throw new TypeError(
      `wrap takes an Express handler, such as wrap(helmet(), declarations.helmet), not ${shown(handler)}.${hint}`,
    );
  }
  const odd = unlessPlain(declaration);
  if (odd !== undefined) {
    const known = Object.keys(declarations);
    throw new TypeError(
      `wrap takes a declaration behind the handler, such as { name: 'cors' }, not ${odd}. ${readyFor(handler.name, declaration, known)}Ready ones are declarations.${known.join(', .')}.`,
    );
  }
  if (Object.hasOwn(declaration as object, 'handle') && !Object.hasOwn(declaration as object, 'site')) {
    throw new TypeError('wrap takes the handler as its first argument: take handle out of the declaration.');
  }
}

/** The ready declaration that is probably meant: by the name that was given for one, or by that of the handler. */
function readyFor(handlerName: string, declaration: unknown, known: readonly string[]): string {
  const name =
    typeof declaration === 'string' ? declaration : handlerName.replace(/(Middleware|Parser)$/, '');
  const within = known.find((one) => name.length > 3 && one.toLowerCase().includes(name.toLowerCase()));
  return didYouMean(within ?? name, known).replace(/"(.*)"/, 'declarations.$1');
}

/**
 * Refuses arguments that a function does not take, and that would be passed over in silence.
 *
 * @param callee - the name of the function.
 * @param taken - what it takes, in words.
 * @param more - what else it was given.
 * @param hint - what was probably meant, as a sentence.
 * @throws TypeError that says what to write.
 */
export function refuseMore(callee: string, taken: string, more: readonly unknown[], hint: string): void {
  if (more.length === 0) return;
  throw new TypeError(`${callee} takes ${taken}, and nothing behind: there is ${shown(more[0])}. ${hint}`);
}

/** So many links of a stack are compiled by themselves, lest the first request through a long one pay for thousands. */
const MOST = 128;

let copies = 0;

/**
 * The same function, compiled by itself: V8 keeps what it learns of the calls in a function by the function's source
 * text, for all closures that are made of it. Where each middleware has a closure of one text, every call of a handler
 * is megamorphic, and none is inlined; that is two thirds of what the engine would cost (bench/compose).
 *
 * @param template refers to nothing but its parameters and what is global, and names no function inside, since tools
 * that compile it (esbuild's `keepNames`) would have it call a helper of theirs.
 * @param position of the middleware in its stack.
 * @returns the template itself behind the first 128 middlewares, and where code may not be made from strings (as under
 * `node --disallow-code-generation-from-strings`): that is slower, and does the same.
 */
export function compiledAlone<Template extends (...args: never[]) => unknown>(
  template: Template,
  position: number,
): Template {
  if (position >= MOST) return template;
  try {
    // The number makes it a text that V8 has not seen.
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- our own text
    return new Function(`/* ${copies++} */ return ${String(template)}`)() as Template;
  } catch (error) {
    if (error instanceof EvalError) return template;
    throw error;
  }
}

/** Ten middlewares that do nothing but call `next`, as each contender wants them. */

export const COUNT = 10;

/**
 * Each has a source text of its own, as real ones have: V8 keeps what it learns of a function by its text.
 *
 * @param text such as `'(req, res, next) => next()'`.
 */

export function noOps<T>(text: string): T[] {
  return Array.from({ length: COUNT }, (_, index) => {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- distinct texts
    return new Function(`/* ${index} */ return ${text.replace('{', `{ /* ${index} */`)};`)() as T;
  });
}

/** For Express and all who do as it does. */
export const EXPRESS = '(req, res, next) => { next(); }';

import { callSitesAbove } from './call-sites.ts';
import type { AnyFunction } from './express-parts.ts';
import { likeOriginal } from './replace-method.ts';
import { watchedOf } from './watched-requests.ts';

/**
 * Notes who writes `req.query`, which Express 5 makes anew whenever it is read: in strict code the assignment throws, in
 * other code it is lost. Both stay as they are. What is changed within it is lost as well.
 */
export function refuseQuery(request: object): void {
  const descriptor = Object.getOwnPropertyDescriptor(request, 'query');
  const original = Reflect.get(descriptor ?? {}, 'get') as AnyFunction | undefined;
  if (original === undefined || descriptor?.set !== undefined) return;
  const get = function (this: object): unknown {
    const query = Reflect.apply(original, this, []) as unknown;
    watchedOf(this)?.lendQuery(query);
    return query;
  };
  Object.defineProperty(request, 'query', { ...descriptor, get: likeOriginal(get, original), set: refuse });
}

function refuse(this: object): void {
  watchedOf(this)?.note('refused', 'req.query');
  if (!isStrictAbove(refuse)) return;
  // As V8 says it.
  const error = new TypeError('Cannot set property query of #<IncomingMessage> which has only a getter');
  Error.captureStackTrace(error, refuse);
  throw error;
}

/** Whether the code that has called a function is strict: V8 shows no function of strict code. */
function isStrictAbove(callee: (this: object) => void): boolean {
  return callSitesAbove(callee, 1)[0]?.getFunction() === undefined;
}

/**
 * Keys of requests and answers. Behind `express.request` and `express.response`, where the prototypes of Node begin,
 * stands a Proxy: only a key that nobody has comes there, to be read, or to be written for the first time. So `this`
 * stays the request itself, and WeakMaps, `instanceof` and private fields hold. A Proxy in front of the request would
 * be another object than the one that Node has.
 */
import type { ExpressModule } from './express-parts.ts';
import { isMasked } from './masked-keys.ts';
import { refuseQuery } from './refused-query.ts';
import { watchAnswers } from './watched-answers.ts';
import { writeWatched } from './watched-property.ts';
import { frames } from './watched-request.ts';
import { watchedOf } from './watched-requests.ts';

/** Notes the keys of the requests and answers of a copy of Express from now on. */
export function watchKeys({ request, response }: Pick<ExpressModule, 'request' | 'response'>): void {
  putBehind(request, 'req.');
  refuseQuery(request);
  watchAnswers(response, putBehind(response, 'res.'));
}

/** @returns the object that stands before Node's own prototype now. */
function putBehind(prototype: object, label: 'req.' | 'res.'): object {
  const farEnd = Object.create(Object.getPrototypeOf(prototype) as object) as object;
  const proxy = new Proxy(farEnd, {
    get(target, key, receiver: object) {
      if (isNew(target, key)) watchedOf(receiver)?.note('absent', label + key);
      return Reflect.get(target, key, receiver) as unknown;
    },
    has(target, key) {
      // It doesn't say whose key is asked for.
      if (isNew(target, key)) frames.getStore()?.request.note('absent', label + key);
      return Reflect.has(target, key);
    },
    set(target, key, value, receiver: object) {
      if (isNew(target, key) || isOverride(label, key, value)) {
        if (watchedOf(receiver) !== undefined) return writeWatched(receiver, label, key, value);
      }
      return Reflect.set(target, key, value, receiver);
    },
  });
  Object.setPrototypeOf(prototype, proxy);
  return farEnd;
}

function isNew(target: object, key: string | symbol): key is string {
  return typeof key === 'string' && !isMasked(key) && !(key in target);
}

/** A method of the answer that somebody replaces: what it does then is done on the way back. */
function isOverride(label: string, key: string | symbol, value: unknown): key is string {
  return label === 'res.' && typeof value === 'function' && typeof key === 'string' && !isMasked(key);
}

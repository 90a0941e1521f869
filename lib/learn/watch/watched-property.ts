import { frames, type WatchedRequest } from './watched-request.ts';
import { watchedOf } from './watched-requests.ts';

/** Functions that run in somebody's name: who puts one back doesn't become its writer. */
const wrapped = new WeakSet<object>();

/**
 * Writes a property as an accessor that notes who reads and who writes it. In all else it is what a plain assignment
 * would have made: an own property that can be enumerated, written and deleted.
 *
 * @param label - `req.` or `res.`.
 * @returns false where the object takes no property.
 */
export function writeWatched(owner: object, label: string, key: string, value: unknown): boolean {
  const request = watchedOf(owner);
  const name = `${label}${key}`;
  let current = inNameOfWriter(request, label, key, value);
  request?.note(value === undefined ? 'clear' : 'write', name);
  if (label === 'req.') request?.values.set(key, () => current);
  return Reflect.defineProperty(owner, key, {
    configurable: true,
    enumerable: true,
    get() {
      if (label === 'req.') request?.note(current === undefined ? 'absent' : 'read', name);
      return current;
    },
    set(this: object, next: unknown) {
      if (this !== owner) {
        // An object derived from the owner gets a property of its own.
        Reflect.defineProperty(this, key, {
          value: next,
          writable: true,
          enumerable: true,
          configurable: true,
        });
        return;
      }
      request?.note(next === undefined ? 'clear' : 'write', name);
      current = inNameOfWriter(request, label, key, next);
    },
  });
}

/**
 * A function that is put on the answer runs in the name of who has put it there, on the way back. It stays what it is
 * for all who look at it, but for its identity.
 */
function inNameOfWriter(
  request: WatchedRequest | undefined,
  label: string,
  key: string,
  value: unknown,
): unknown {
  const writer = request?.atWork();
  if (label !== 'res.' || typeof value !== 'function' || writer === undefined || wrapped.has(value))
    return value;
  const wrapper = new Proxy(value, {
    apply(target, self: unknown, args: unknown[]) {
      if (key === 'end') request?.end();
      return frames.run({ ...writer, back: true }, () => Reflect.apply(target, self, args) as unknown);
    },
  });
  wrapped.add(wrapper);
  return wrapper;
}

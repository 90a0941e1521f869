import type { ServerResponse } from 'node:http';
import { isMasked } from './masked-keys.ts';
import type { WatchedRequest } from './watched-request.ts';

/**
 * Notes who reads and writes the keys of `res.locals`. Express makes this object, so that a Proxy may stand in its place
 * before anybody has seen it. What somebody else has made is left alone.
 */
export function watchLocals(request: WatchedRequest): void {
  const res = request.res as ServerResponse & { locals?: unknown };
  const { locals } = res;
  if (typeof locals !== 'object' || locals === null || Object.getPrototypeOf(locals) !== null) return;
  res.locals = new Proxy(locals, {
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver) as unknown;
      note(request, value === undefined ? 'absent' : 'read', key);
      return value;
    },
    has(target, key) {
      const has = Reflect.has(target, key);
      note(request, has ? 'read' : 'absent', key);
      return has;
    },
    set(target, key, value, receiver) {
      note(request, value === undefined ? 'clear' : 'write', key);
      return Reflect.set(target, key, value, receiver);
    },
  });
}

function note(
  request: WatchedRequest,
  kind: 'absent' | 'read' | 'write' | 'clear',
  key: string | symbol,
): void {
  if (typeof key === 'string' && !isMasked(key)) request.note(kind, `res.locals.${key}`);
}

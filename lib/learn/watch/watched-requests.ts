import type { IncomingMessage, ServerResponse } from 'node:http';
import type { WatchedRequest } from './watched-request.ts';

/** By the request, and by the response. */
const watched = new WeakMap<object, WatchedRequest>();

export function keepWatched(request: WatchedRequest): void {
  watched.set(request.req, request);
  watched.set(request.res, request);
}

/** The watched request of a request or a response, or of an object that is derived from one. */
export function watchedOf(message: IncomingMessage | ServerResponse | object): WatchedRequest | undefined {
  for (let object: object | null = message, depth = 0; object !== null && depth < 3; depth++) {
    const found = watched.get(object);
    if (found !== undefined) return found;
    object = Object.getPrototypeOf(object) as object | null;
  }
  return undefined;
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AnyFunction } from './express-parts.ts';
import { likeOriginal } from './replace-method.ts';
import { writeWatched } from './watched-property.ts';
import { watchedOf } from './watched-requests.ts';

/** What is noted when a method of Node's answers is called. */
const NOTED: Record<string, (res: ServerResponse, args: readonly unknown[]) => void> = {
  setHeader: (res, [name, value]) => noteHeader(res, name, value),
  // What is appended leaves the earlier value.
  appendHeader: (res, [name]) => noteHeader(res, name, undefined),
  // Node calls it itself where nobody else has.
  writeHead(res, args) {
    const request = watchedOf(res);
    if (request !== undefined && !res.headersSent) request.sentStatus = Number(args[0]);
    const headers = args.find((arg) => typeof arg === 'object' && arg !== null);
    for (const [name, value] of headerEntries(headers)) noteHeader(res, name, value);
  },
  write(res) {
    if (res.writableEnded) watchedOf(res)?.note('write-late', 'write');
  },
  end: (res) => watchedOf(res)?.end(),
};

/**
 * Notes who writes which header of an answer, and who ends it.
 *
 * @param response - `express.response`.
 * @param farEnd - an object between it and Node's prototype, which gets methods that stand in front of Node's own.
 */
export function watchAnswers(response: object, farEnd: object): void {
  const nodes = Object.getPrototypeOf(farEnd) as Record<string, AnyFunction | undefined>;
  for (const [name, note] of Object.entries(NOTED)) {
    const original = nodes[name];
    if (original === undefined) continue;
    const method = function (this: ServerResponse, ...args: unknown[]): unknown {
      note(this, args);
      return Reflect.apply(nodes[name] ?? original, this, args) as unknown;
    };
    Object.defineProperty(farEnd, name, {
      value: likeOriginal(method, original),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  watchMethods(response);
}

function noteHeader(res: ServerResponse, name: unknown, value: unknown): void {
  const request = watchedOf(res);
  if (request === undefined || typeof name !== 'string') return;
  if (res.headersSent) request.note('write-late', name.toLowerCase());
  const present = res.getHeader(name);
  request.header(name, value !== undefined && present !== undefined && !isSameHeader(present, value));
}

/** Node takes numbers, and arrays for several lines. */
function isSameHeader(one: unknown, other: unknown): boolean {
  return [one].flat().map(String).join() === [other].flat().map(String).join();
}

/** The headers that `writeHead` takes: an object, pairs, or names and values in a row. */
function headerEntries(headers: unknown): (readonly [string, unknown])[] {
  if (headers === undefined) return [];
  if (!Array.isArray(headers)) return Object.entries(headers as OutgoingHttpHeaders);
  if (Array.isArray(headers[0])) return headers as [string, unknown][];
  return headers.flatMap((name: unknown, index) =>
    index % 2 === 0 ? [[String(name), headers[index + 1] as unknown] as const] : [],
  );
}

/** What somebody puts in the place of Express's own methods, such as `res.json`, is done on the way back as well. */
function watchMethods(response: object): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(response))) {
    let method: unknown = descriptor.value;
    if (typeof method !== 'function' || descriptor.configurable !== true) continue;
    Object.defineProperty(response, name, {
      configurable: true,
      enumerable: descriptor.enumerable === true,
      get: () => method,
      set(this: object, value: unknown) {
        if (this === response) method = value;
        else if (typeof value !== 'function' || watchedOf(this) === undefined)
          Reflect.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
        else writeWatched(this, 'res.', name, value);
      },
    });
  }
}

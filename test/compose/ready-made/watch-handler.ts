import { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request, { type Response } from 'supertest';

/** A request to the app in which a handler is watched. */
export type Ask = (agent: ReturnType<typeof request>) => PromiseLike<Response>;

/** What a handler was seen to do, in the words of a declaration; each list sorted. */
export interface Doings {
  /** The keys of the request and of `res.locals` that it wrote, or whose plain objects it changed. */
  readonly keys: string[];
  /** The headers that it put, in lower case, on answers that are not its own. */
  readonly headers: string[];
  /** The statuses of its own answers. */
  readonly ends: number[];
  /** The statuses of the errors that it handed on. */
  readonly fails: number[];
}

/** What Node and Express write on a request whose body is read, and that goes on to the next handler. */
const OF_NODE = new Set(['complete', 'next', 'params']);

/** The state of what a key holds: the thing itself, and what is in it where it is a plain object. */
type Held = readonly [unknown, string | undefined];

function keysOf(prefix: string, target: object, into: Map<string, Held>): void {
  for (const name of Object.keys(target)) {
    if (target instanceof IncomingMessage && (name.startsWith('_') || OF_NODE.has(name))) continue;
    const value: unknown = Reflect.get(target, name);
    const isPlain =
      Array.isArray(value) ||
      (typeof value === 'object' &&
        value !== null &&
        [Object.prototype, null].includes(Object.getPrototypeOf(value) as null));
    into.set(`${prefix}.${name}`, [value, isPlain ? inspect(value, { depth: 4 }) : undefined]);
  }
}

/**
 * Sends requests through a real handler in an Express app.
 *
 * @param handlers - what is watched, each in an app of its own.
 * @param asks - the requests.
 * @param front - the middleware in front of it, which is not watched.
 */
export async function watchHandler(
  handlers: readonly RequestHandler[],
  asks: readonly Ask[],
  front: readonly RequestHandler[] = [],
): Promise<Doings> {
  const keys = new Set<string>();
  const headers = new Set<string>();
  const ends = new Set<number>();
  const fails = new Set<number>();

  for (const handler of handlers) {
    for (const ask of asks) {
      let end: 'own' | 'passed' | 'failed' = 'own';
      let before = new Map<string, Held>();
      const look = (req: express.Request, res: express.Response) => {
        const held = new Map<string, Held>();
        keysOf('req', req, held);
        keysOf('res.locals', res.locals, held);
        return held;
      };
      const far: RequestHandler = (_req, res) => void res.send('far');
      const failed: ErrorRequestHandler = (error: { status?: number }, _req, res, _next) => {
        end = 'failed';
        // As Express does itself: without a status of the error, that of the response.
        res.status(error.status ?? (res.statusCode < 400 ? 500 : res.statusCode)).send('failed');
      };
      const fronted = () => express().use(...front, (_req, _res, next) => next());
      const app = fronted()
        .use((req, res, next) => {
          before = look(req, res);
          next();
        })
        .use(handler)
        .use((req, res, next) => {
          end = 'passed';
          for (const [key, [value, text]] of look(req, res)) {
            const [was, textWas] = before.get(key) ?? [undefined, undefined];
            if (value !== was || text !== textWas) keys.add(key);
          }
          next();
        })
        .use(far, failed);

      const answer = await ask(request(app));
      const bare = await ask(request(fronted().use(far)));
      if ((end as string) === 'own') ends.add(answer.status);
      if ((end as string) === 'failed') fails.add(answer.status);
      if ((end as string) === 'passed') {
        for (const name of Object.keys(answer.headers)) {
          if (bare.headers[name] === undefined) headers.add(name);
        }
      }
    }
  }
  return { keys: sorted(keys), headers: sorted(headers), ends: sorted(ends), fails: sorted(fails) };
}

function sorted<T extends string | number>(items: Iterable<T>): T[] {
  return [...items].sort();
}

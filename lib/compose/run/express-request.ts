/**
 * How a request gets `req.state` and `req.stack`, and where the engine keeps the {@link RequestContext} behind them.
 *
 * Express changes the prototype of each request to that of its app, `app.request`. From then on V8 knows no fixed shape
 * of a request. To add or set a property then costs as much as a whole middleware (docs/benchmarks.md).
 *
 * So `state` and `stack` are accessors of `app.request`, which is there to be extended. The context is found by a
 * symbol on `req.rawHeaders`: an array that belongs to this request alone, and whose shape V8 knows.
 */
import type { Express, NextFunction, Request, Response } from 'express';
import { RequestContext } from './request-context.ts';
import type { EnteredRequest } from './run.ts';
import { replaceState, StateView } from './state-view.ts';

const CONTEXT = Symbol('openhands-express.context');

interface ContextHolder {
  [CONTEXT]: RequestContext | undefined;
}

/** The context of a request that comes to a stack: the one that an earlier stack has made, or a new one. */
export function contextOf(req: EnteredRequest, res: Response): RequestContext {
  if (hasAccessors(req) && !Object.hasOwn(req, 'state')) {
    const rawHeaders = propertyOf(req, 'rawHeaders') as ContextHolder | undefined;
    if (Array.isArray(rawHeaders)) {
      const known = rawHeaders[CONTEXT];
      if (known === undefined) {
        const context = new RequestContext(req, res);
        if (hold(rawHeaders, context)) return context;
      } else if (belongsTo(known, req)) return known;
    }
  }
  return plainContextOf(req, res);
}

function hold(rawHeaders: ContextHolder, context: RequestContext): boolean {
  try {
    rawHeaders[CONTEXT] = context;
    return true;
  } catch {
    // The array is frozen.
    return false;
  }
}

/**
 * Whether a context belongs to a request, to a Proxy around it, or to an object derived from it: these share one
 * response. Two requests may share an array of headers that middleware has set, and still are two.
 */
function belongsTo(context: RequestContext, req: object): boolean {
  return context.req === req || propertyOf(req, 'res') === context.res;
}

/**
 * The context of a request on which `state` and `stack` are plain properties: that of a router without an app, a plain
 * object, or an object derived from a request.
 */
function plainContextOf(req: EnteredRequest, res: Response): RequestContext {
  const state: unknown = req.state;
  if (StateView.is(state)) {
    const run = StateView.runOf(state);
    if (run.req === req) return run.context;
  }
  if ('state' in req && !Object.hasOwn(req, 'state')) {
    // An accessor that it inherits would otherwise take what is set.
    keepItself(req, 'state', state);
    keepItself(req, 'stack', req.stack);
  }
  return new RequestContext(req, res, req);
}

/** Reads `req.next`, which a router sets. */
export function nextOf(req: EnteredRequest, context: RequestContext): NextFunction | undefined {
  return context.holder === context ? (propertyOf(req, 'next') as NextFunction | undefined) : req.next;
}

/** Sets `req.next`. */
export function setNextOf(req: EnteredRequest, context: RequestContext, next: NextFunction): void {
  if (context.holder === context) setPropertyOf(req, 'next', next);
  else req.next = next;
}

/**
 * Reads a property of a request whose shape V8 does not know. With a fixed name V8 would search its inline caches in
 * vain on each request. With a key that varies it looks the property up at once, which is faster.
 */
function propertyOf(req: object, key: string): unknown {
  return (req as Record<string, unknown>)[key];
}

/** Sets a property in the same way. */
function setPropertyOf(req: object, key: string, value: unknown): void {
  (req as Record<string, unknown>)[key] = value;
}

/** The context that `req.rawHeaders` keeps, if it belongs to this request. */
function heldContext(req: object): RequestContext | undefined {
  const rawHeaders = propertyOf(req, 'rawHeaders') as ContextHolder | undefined;
  const context = rawHeaders?.[CONTEXT];
  return context !== undefined && belongsTo(context, req) ? context : undefined;
}

/**
 * The accessors of `app.request`. On a request that no stack has seen they read as undefined, and what is set becomes a
 * plain property, as if there were no accessors.
 */
const accessors = {
  state: {
    configurable: true,
    get(this: object): unknown {
      return heldContext(this)?.state;
    },
    set(this: object, value: unknown) {
      const state = heldContext(this)?.state;
      if (state === undefined) keepItself(this, 'state', value);
      else replaceState(state, value);
    },
  },
  stack: {
    configurable: true,
    get(this: object): unknown {
      return heldContext(this)?.report;
    },
    set(this: object, value: unknown) {
      keepItself(this, 'stack', value);
    },
  },
};

/** Makes `state` or `stack` a plain property of the request. */
function keepItself(req: object, name: string, value: unknown): void {
  Object.defineProperty(req, name, { value, writable: true, enumerable: true, configurable: true });
}

/** For each prototype of requests: whether it, or one that it inherits from, has the accessors. */
const prepared = new WeakMap<object, boolean>();
/** The last prototype asked about, and the answer: most apps have one. */
let latest: object | undefined;
let latestHas = false;

function hasAccessors(req: Partial<Request>): boolean {
  // The quick answer where requests belong to no app.
  if (!latestHas && req.app === undefined) return false;
  const prototype = Object.getPrototypeOf(req) as object | null;
  if (prototype === null) return false;
  if (prototype !== latest) {
    latest = prototype;
    latestHas = prepared.get(prototype) ?? prepare(prototype);
  }
  return latestHas;
}

/**
 * Gives an app's prototype of requests the accessors, unless the host has put a `state` or `stack` of its own there.
 */
function prepare(prototype: object): boolean {
  const { app } = prototype as { readonly app?: Express };
  if (typeof app !== 'function' || (app.request as object) !== prototype) return remember(prototype, false);
  const outer = Object.getPrototypeOf(prototype) as object;
  // First the app that this one is mounted in: behind this one, the request has that app's prototype again.
  if (prepared.get(outer) ?? prepare(outer)) return remember(prototype, true);
  app.on('mount', (parent) => void prepare((parent as Express).request));
  if ('state' in prototype || 'stack' in prototype) return remember(prototype, false);
  const isExtended = Object.entries(accessors).every(([name, accessor]) =>
    Reflect.defineProperty(prototype, name, accessor),
  );
  return remember(prototype, isExtended);
}

function remember(prototype: object, has: boolean): boolean {
  prepared.set(prototype, has);
  return has;
}

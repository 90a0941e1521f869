/**
 * How a request gets `req.state` and `req.stack`, and where the engine keeps the {@link RequestContext} behind them.
 *
 * Express changes the prototype of each request to that of its app. From then on V8 knows no fixed shape of a request.
 * To add or set a property then costs as much as a whole middleware (docs/benchmarks.md).
 *
 * So `state` and `stack` are accessors of `express.request`, which all apps inherit from and which is there to be
 * extended. The context is found by a symbol on `req.rawHeaders`: an array that belongs to this request alone, and whose
 * shape V8 knows.
 */
import { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { RequestContext } from './request-context.ts';
import type { EnteredRequest } from './run.ts';
import { replaceState, StateView } from './state-view.ts';

const CONTEXT = Symbol('openhands-express.context');

interface ContextHolder {
  [CONTEXT]: RequestContext | undefined;
}

/** The context of a request that comes to a stack: the one that an earlier stack has made, or a new one. */
export function contextOf(req: EnteredRequest, res: Response): RequestContext {
  if (!hasAccessors(req) || Object.hasOwn(req, 'state')) return plainContextOf(req, res);
  const rawHeaders = propertyOf(req, 'rawHeaders') as ContextHolder | undefined;
  if (!Array.isArray(rawHeaders)) return plainContextOf(req, res);
  const known = rawHeaders[CONTEXT];
  if (known === undefined) {
    const context = new RequestContext(req, res);
    return hold(rawHeaders, context) ? context : plainContextOf(req, res);
  }
  return known.res === res && isSame(known.req, req) ? known : plainContextOf(req, res);
}

/** Whether one of them is the other, or a Proxy around it. A copy, or an object derived from it, goes its own way. */
function isSame(one: Request, other: Request): boolean {
  return (
    one === other || (one.res === other.res && Object.getPrototypeOf(one) === Object.getPrototypeOf(other))
  );
}

function hold(rawHeaders: ContextHolder, context: RequestContext): boolean {
  try {
    rawHeaders[CONTEXT] = context;
    // What is no property of its own may be another array the next time.
    return rawHeaders[CONTEXT] === context;
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
 * A property of a request whose shape V8 does not know. By a fixed name it would miss its caches, and learn about this
 * request in vain; by a key that varies it looks the property up.
 */
function propertyOf(req: object, key: string): unknown {
  return (req as Record<string, unknown>)[key];
}

/** Sets one, likewise. */
function setPropertyOf(req: object, key: string, value: unknown): void {
  (req as Record<string, unknown>)[key] = value;
}

/** The context that `req.rawHeaders` keeps, if it belongs to this request. */
function heldContext(req: object): RequestContext | undefined {
  const rawHeaders = propertyOf(req, 'rawHeaders') as ContextHolder | undefined;
  const context = rawHeaders?.[CONTEXT];
  return context !== undefined && belongsTo(context, req) ? context : undefined;
}

/** What the host sets before any stack has come, it keeps as a property of the request. */
const accessors = {
  state: {
    configurable: true,
    get(this: object): unknown {
      return heldContext(this)?.state;
    },
    set(this: object, value: unknown) {
      const context = heldContext(this);
      const isDerived = context !== undefined && Object.prototype.isPrototypeOf.call(context.req, this);
      if (context?.state === undefined || isDerived) keepItself(this, 'state', value);
      else replaceState(context.state, value);
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

function keepItself(req: object, name: string, value: unknown): void {
  Object.defineProperty(req, name, { value, writable: true, enumerable: true, configurable: true });
}

/** For each prototype of requests: whether it has the accessors, its own or inherited ones. */
const extended = new WeakMap<object, boolean>();
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
    latestHas = extended.get(prototype) ?? extend(prototype);
    extended.set(prototype, latestHas);
  }
  return latestHas;
}

/**
 * Gives Express's own `express.request` the accessors, if a prototype inherits from it. All apps have them then: a
 * request may come to an app that nobody has mounted, as with `vhost`.
 *
 * @returns whether the prototype has them; not if the host has put a `state` or a `stack` of its own there.
 */
function extend(prototype: object): boolean {
  if (typeof (prototype as { app?: unknown }).app !== 'function') return false;
  let base = prototype;
  for (let next: object | null = prototype; next !== IncomingMessage.prototype; next = prototypeOf(base)) {
    if (next === null) return false;
    base = next;
  }
  for (const [name, accessor] of Object.entries(accessors)) {
    if (!(name in base)) Reflect.defineProperty(base, name, accessor);
  }
  let owner = prototype;
  while (!Object.hasOwn(owner, 'state') && owner !== base) owner = prototypeOf(owner) ?? base;
  return Object.getOwnPropertyDescriptor(owner, 'state')?.get === accessors.state.get;
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}

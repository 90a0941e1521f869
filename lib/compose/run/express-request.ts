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

/** What `req.state` is while it is tried whether the accessor is what reads it. */
const UNENTERED = Object.freeze({});

/** The context of a request that comes to a stack: the one that an earlier stack has made, or a new one. */
export function contextOf(req: EnteredRequest, res: Response): RequestContext {
  const rawHeaders = propertyOf(req, 'rawHeaders') as ContextHolder | undefined;
  if (!Array.isArray(rawHeaders)) return plainContextOf(req, res);
  const known = rawHeaders[CONTEXT];
  if (known !== undefined) {
    return known.res === res && isSame(known.req, req) ? known : plainContextOf(req, res);
  }

  const context = new RequestContext(req, res);
  context.state = UNENTERED;
  if (!hold(rawHeaders, context)) return plainContextOf(req, res);
  // The host may have a `state` of its own nearer by, on the request or on a prototype.
  if (propertyOf(req, 'state') !== UNENTERED && !(extend(req) && propertyOf(req, 'state') === UNENTERED)) {
    return (rawHeaders[CONTEXT] = plainContextOf(req, res));
  }
  context.state = undefined;
  return context;
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

/** Gives Express's requests the accessors, if this is one of them. @returns whether it has them. */
function extend(req: Request): boolean {
  const prototype = Object.getPrototypeOf(req) as object | null;
  if (prototype === null) return false;
  let has = extended.get(prototype);
  if (has === undefined) extended.set(prototype, (has = extendBase(prototype)));
  return has;
}

/**
 * The accessors go to Express's own `express.request`: a request may come to an app that nobody has mounted, as with
 * `vhost`.
 */
function extendBase(prototype: object): boolean {
  if (typeof (prototype as { app?: unknown }).app !== 'function') return false;
  let base = prototype;
  let next = Object.getPrototypeOf(base) as object | null;
  while (next !== IncomingMessage.prototype) {
    if (next === null) return false;
    base = next;
    next = Object.getPrototypeOf(base) as object | null;
  }
  const found = Object.getOwnPropertyDescriptor(base, 'state');
  if (found !== undefined) return found.get === accessors.state.get;
  if ('state' in base || 'stack' in base) return false;
  return Object.entries(accessors).every(([name, accessor]) => Reflect.defineProperty(base, name, accessor));
}

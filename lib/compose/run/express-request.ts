/**
 * How a request gets `req.state` and `req.stack`, and where the engine keeps the {@link RequestContext} behind them.
 *
 * Express changes the prototype of each request to that of its app. From then on V8 knows no fixed shape of a request.
 * To add or set a property then costs as much as a whole middleware (docs/benchmarks.md).
 *
 * So `state`, `stack` and `next` are accessors of `express.request`, which all apps inherit from and which is there to
 * be extended. The context is found by a symbol on the state of the request's stream: an object that belongs to this
 * request alone, that nobody replaces, and whose shape V8 knows.
 *
 * Each router of an app sets `req.next`. Through the accessor this takes less time than to add it as a property, and the
 * engine reads and replaces it without touching the request.
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

/** The context of a request that comes to a stack: the one that it has already, or a new one. */
export function contextOf(req: EnteredRequest, res: Response): RequestContext {
  if (!hasAccessors(req) || Object.hasOwn(req, 'state')) return plainContextOf(req, res);
  const context = keptContext(req) ?? keepContext(req);
  if (context === undefined || !isOf(req, context)) return plainContextOf(req, res);
  context.res ??= res;
  return context.res === res ? context : plainContextOf(req, res);
}

/** The context that a request's stream keeps. It is another request's where one is a copy of the other. */
function keptContext(req: object): RequestContext | undefined {
  return streamStateOf(req)?.[CONTEXT];
}

/** Makes a context that a request's stream keeps, if it has such an object. */
function keepContext(req: Request): RequestContext | undefined {
  const streamState = streamStateOf(req);
  if (typeof streamState !== 'object' || streamState === null) return undefined;
  const context = new RequestContext(req);
  try {
    streamState[CONTEXT] = context;
    // What is no property of its own may be another object the next time.
    return keptContext(req) === context ? context : undefined;
  } catch {
    // The object is frozen.
    return undefined;
  }
}

/** What Node keeps of a stream. Where there is no such object, `state` and `stack` are plain properties. */
function streamStateOf(req: object): ContextHolder | null | undefined {
  return propertyOf(req, '_readableState') as ContextHolder | null | undefined;
}

/**
 * A property of a request whose shape V8 does not know. By a fixed name it would miss its caches, and learn about this
 * request in vain. By a key that varies it looks the property up.
 */
function propertyOf(req: object, key: string): unknown {
  return (req as Record<string, unknown>)[key];
}

/**
 * Whether a context belongs to a request, to a Proxy around it, or to an object derived from it: these share one
 * response. A copy with another response shares the stream, and still is another request.
 */
function belongsTo(context: RequestContext, req: object): boolean {
  if (context.req === req) return true;
  const res = propertyOf(req, 'res');
  return res !== undefined && res === propertyOf(context.req, 'res');
}

/** Whether a context belongs to a request or to a Proxy around it. An object derived from it goes its own way. */
function isOf(req: object, context: RequestContext): boolean {
  return (
    context.req === req ||
    (belongsTo(context, req) && Object.getPrototypeOf(req) === Object.getPrototypeOf(context.req))
  );
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
  const context = new RequestContext(req, req);
  context.res = res;
  return context;
}

/** Reads `req.next`, which a router sets. */
export function nextOf(req: EnteredRequest, context: RequestContext): NextFunction | undefined {
  return context.keepsNext ? context.next : req.next;
}

/** Sets `req.next`. */
export function setNextOf(req: EnteredRequest, context: RequestContext, next: NextFunction): void {
  if (context.keepsNext) context.next = next;
  else req.next = next;
}

/** The context that a request's stream keeps, if it belongs to this request. */
function heldContext(req: object): RequestContext | undefined {
  const context = keptContext(req);
  return context !== undefined && belongsTo(context, req) ? context : undefined;
}

/** `state` and `stack` that the host sets before any stack has come are properties of the request. */
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
  next: {
    configurable: true,
    get(this: object): unknown {
      return heldContext(this)?.next;
    },
    set(this: Request, value: NextFunction) {
      const context = keptContext(this) ?? keepContext(this);
      if (context === undefined || !isOf(this, context)) {
        keepItself(this, 'next', value);
        return;
      }
      context.keepsNext = true;
      context.next = value;
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

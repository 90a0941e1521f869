/**
 * Where a request keeps whose turn it is, and how `req.state` and `req.stack` come to it.
 *
 * Express gives each request the prototype of its app, `app.request`, which is there to be extended. From then on V8
 * knows the shape of no request, and a property that is added to one, or set on it, costs as much as a middleware
 * (docs/benchmarks.md). So `state` and `stack` are accessors of that prototype, and the turn is found by a symbol on
 * `req.rawHeaders`: an array of this request alone, whose shape V8 knows.
 */
import type { Express, NextFunction, Request, Response } from 'express';
import type { EnteredRequest } from './run.ts';
import { replaceState, StateView } from './state-view.ts';
import { Turn } from './turn.ts';

const TURN = Symbol('openhands-express.turn');

interface TurnHolder {
  [TURN]: Turn | undefined;
}

/** The turn of a request that comes to a stack. */
export function turnOf(req: EnteredRequest, res: Response): Turn {
  if (hasAccessors(req) && !Object.hasOwn(req, 'state')) {
    const holder = propertyOf(req, 'rawHeaders') as TurnHolder | undefined;
    if (Array.isArray(holder)) {
      const known = holder[TURN];
      if (known === undefined) {
        const turn = new Turn(req, res);
        if (hold(holder, turn)) return turn;
      } else if (isOf(known, req)) return known;
    }
  }
  return plainTurnOf(req, res);
}

function hold(holder: TurnHolder, turn: Turn): boolean {
  try {
    holder[TURN] = turn;
    return true;
  } catch {
    // A frozen array takes nothing.
    return false;
  }
}

/**
 * Whether a turn is that of a request, of a Proxy around it, or of an object that is derived from it. They have one
 * response. Two requests whose headers somebody has put into one array are still two.
 */
function isOf(turn: Turn, req: object): boolean {
  return turn.req === req || propertyOf(req, 'res') === turn.res;
}

/** The turn of a request that keeps `state` and `stack` itself, as a bare router's, a plain object, or a derived one. */
function plainTurnOf(req: EnteredRequest, res: Response): Turn {
  const state: unknown = req.state;
  if (StateView.is(state)) {
    const run = StateView.runOf(state);
    if (run.req === req) return run.turn;
  }
  if ('state' in req && !Object.hasOwn(req, 'state')) {
    // An accessor further out would take what is set.
    keepItself(req, 'state', state);
    keepItself(req, 'stack', req.stack);
  }
  return new Turn(req, res, req);
}

/** `req.next`, which a router sets. */
export function nextOf(req: EnteredRequest, turn: Turn): NextFunction | undefined {
  return turn.holder === turn ? (propertyOf(req, 'next') as NextFunction | undefined) : req.next;
}

/** Sets it. */
export function setNextOf(req: EnteredRequest, turn: Turn, next: NextFunction): void {
  if (turn.holder === turn) setPropertyOf(req, 'next', next);
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

function heldTurn(req: object): Turn | undefined {
  const holder = propertyOf(req, 'rawHeaders') as TurnHolder | undefined;
  const turn = holder?.[TURN];
  return turn !== undefined && isOf(turn, req) ? turn : undefined;
}

/** The accessors, of which a request that no stack has seen, or that is given a `state` before, takes no notice. */
const accessors = {
  state: {
    configurable: true,
    get(this: object): unknown {
      return heldTurn(this)?.state;
    },
    set(this: object, value: unknown) {
      const state = heldTurn(this)?.state;
      if (state === undefined) keepItself(this, 'state', value);
      else replaceState(state, value);
    },
  },
  stack: {
    configurable: true,
    get(this: object): unknown {
      return heldTurn(this)?.report;
    },
    set(this: object, value: unknown) {
      keepItself(this, 'stack', value);
    },
  },
};

function keepItself(req: object, name: string, value: unknown): void {
  Object.defineProperty(req, name, { value, writable: true, enumerable: true, configurable: true });
}

/** By the prototype of a request: whether it, or one behind it, has the accessors. */
const prepared = new WeakMap<object, boolean>();
/** The last prototype asked about, and the answer: most apps have one. */
let latest: object | undefined;
let latestHas = false;

function hasAccessors(req: Partial<Request>): boolean {
  // Where requests are no app's, this is quicker.
  if (!latestHas && req.app === undefined) return false;
  const prototype = Object.getPrototypeOf(req) as object | null;
  if (prototype === null) return false;
  if (prototype !== latest) {
    latest = prototype;
    latestHas = prepared.get(prototype) ?? prepare(prototype);
  }
  return latestHas;
}

/** Gives an app's prototype of requests the accessors, unless it has a `state` or a `stack` of the host's. */
function prepare(prototype: object): boolean {
  const { app } = prototype as { readonly app?: Express };
  if (typeof app !== 'function' || (app.request as object) !== prototype) return remember(prototype, false);
  const outer = Object.getPrototypeOf(prototype) as object;
  // First the apps that this one is mounted in: they have the request again behind it.
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

import { subscribe } from 'node:diagnostics_channel';
import type { EnteredRequest } from '../run/run.ts';

/** As many stacks in a row from one place, each made for one request alone, are no stacks made when first needed. */
const IN_A_ROW = 3;

/** Counts what happens, so that two moments can be compared. */
let moments = 0;
/** When each request came, by {@link moments}. */
const arrivals = new WeakMap<object, number>();
/** How many stacks in a row each place has made for one request alone. */
const rows = new Map<string, number>();
let isListening = false;

function listen(): void {
  if (isListening) return;
  isListening = true;
  subscribe('http.server.request.start', (message) => {
    arrivals.set((message as { request: object }).request, ++moments);
  });
}

/**
 * S403: a stack that is composed while a request is handled, for this request. A stack that is made when the first
 * request needs it, and kept, or one for each tenant, is none: it has other requests as well.
 */
export class Composed {
  readonly #at: { toString(): string };
  readonly #moment: number;
  #isCounted = false;

  /** @param at - where `compose` was called. */
  constructor(at: { toString(): string }) {
    listen();
    this.#at = at;
    this.#moment = ++moments;
  }

  /** Whether a request shows that stacks are composed within requests. */
  isWithin(req: EnteredRequest): boolean {
    const arrived = arrivals.get(req);
    if (arrived === undefined || (arrived < this.#moment && this.#isCounted)) return false;
    this.#isCounted = true;
    const isWithin = arrived < this.#moment;
    // A place becomes text at the cost of many requests, and nearly always there is no row that it could end.
    if (!isWithin && rows.size === 0) return false;
    const at = String(this.#at);
    const inARow = isWithin ? (rows.get(at) ?? 0) + 1 : 0;
    if (isWithin) rows.set(at, inARow);
    else rows.delete(at);
    return inARow === IN_A_ROW;
  }
}

import { performance } from 'node:perf_hooks';
import type { Run } from '../run/run.ts';
import type { Stage } from '../run/stage.ts';
import { StateView } from '../run/state-view.ts';

/** How long a handler may have a request before it is worth a word, in milliseconds. */
const PATIENCE_MS = 10_000;

/** By how much a timer may be late, in milliseconds, before the process must have stood still, as at a breakpoint. */
const STANDSTILL_MS = 1_000;

/** A request that waits for a handler. */
interface Wait {
  readonly stage: Stage;
  /** Whether the handler's promise is fulfilled, so that no code of it runs any more but callbacks. */
  isFulfilled: boolean;
  /** Undefined once it is over. */
  timer: NodeJS.Timeout | undefined;
}

/**
 * S401 and S402: a handler that has had a request for ten seconds, and has neither answered nor called `next`.
 *
 * Nothing is said of an answer that has begun (a stream, server-sent events), of a client that has gone or still sends the
 * body, and of upgrades, which are answered on the socket. A handler that answers in a timer or a callback, long after its promise is fulfilled,
 * has the same ten seconds. A timer keeps neither the process nor the request alive.
 */
export class HeldRequests {
  readonly #report: (id: 'S401' | 'S402', stage: Stage) => void;
  readonly #waits = new WeakMap<Run, Wait>();

  constructor(report: (id: 'S401' | 'S402', stage: Stage) => void) {
    this.#report = report;
  }

  settled(run: Run): void {
    const wait = this.#waits.get(run);
    const stage = waitsFor(run);
    if (wait?.stage === stage) return;
    clearTimeout(wait?.timer);
    if (stage === undefined) this.#waits.delete(run);
    else this.#begin(run, { stage, isFulfilled: false, timer: undefined });
  }

  fulfilled(run: Run, stage: Stage): void {
    const wait = this.#waits.get(run);
    if (wait?.stage !== stage) return;
    wait.isFulfilled = true;
    // It has been warned of as one that waits; now it is one that has forgotten.
    if (wait.timer === undefined) this.#begin(run, wait);
  }

  #begin(run: Run, wait: Wait): void {
    this.#waits.set(run, wait);
    const held = new WeakRef(run);
    const since = performance.now();
    const timer = setTimeout(() => {
      const stillHeld = held.deref();
      if (stillHeld !== undefined) this.#end(stillHeld, performance.now() - since);
    }, PATIENCE_MS);
    // Fake timers, as Jest's, may be numbers.
    (timer as Partial<NodeJS.Timeout>).unref?.();
    wait.timer = timer;
  }

  #end(run: Run, lasted: number): void {
    const wait = this.#waits.get(run);
    if (wait === undefined || waitsFor(run) !== wait.stage) return;
    if (lasted > PATIENCE_MS + STANDSTILL_MS || waitsForClient(run)) {
      this.#begin(run, wait);
      return;
    }
    wait.timer = undefined;
    this.#report(wait.isFulfilled ? 'S402' : 'S401', wait.stage);
  }
}

/** The stage of this stack that a request waits for, if there is something to wait for. */
function waitsFor(run: Run): Stage | undefined {
  const { furthest, runtime, context, req, res } = run;
  if (furthest === undefined || furthest === runtime.application) return undefined;
  if (run.outcomeOf(furthest) !== 'running' || res.headersSent || res.writableEnded || res.destroyed) {
    return undefined;
  }
  const view: unknown = context.furthestView;
  // A stack within this stage knows better which of its own stages it is.
  const isElsewhere = StateView.is(view) && StateView.runOf(view) !== run;
  return isElsewhere || isUpgrade(req) ? undefined : furthest;
}

/** Whether a handler reads a body that the client is still sending, as a long upload. */
function waitsForClient({ req }: Run): boolean {
  return !req.complete && req.readableFlowing !== null;
}

/** Whether a request asks for another protocol, as a WebSocket that a package hands to the app. */
function isUpgrade({ headers }: Partial<Run['req']>): boolean {
  return headers?.upgrade !== undefined;
}

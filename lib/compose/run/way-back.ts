/**
 * What the middleware of a stack does on the way back: `beforeHeaders` and `afterResponse`.
 *
 * A stage does it on the requests that have come to it. So an answer from further out, which it has not seen on the way
 * in, it does not see on the way back either. The rule: the higher layer acts last; see `plan/way-back.ts`.
 *
 * On the way back a stage has another view of the state, which knows its `readsAfter`.
 */
import { afterResponse } from './after-response.ts';
import { beforeHeaders } from './before-headers.ts';
import { BACK_FAILURES } from './conflict.ts';
import type { Run, RunBack } from './run.ts';
import { type BackHook, errorOf, type HookOutcome, type StageBack } from './stage.ts';
import { StateView, takeReplacement } from './state-view.ts';
import { keepStatusLine, statusLineOf } from './status-line.ts';
import { isThenable } from './thenable.ts';

/** What has become of a hook of each stage, by its place. Undefined for a stage that has no such hook, or has had no turn. */
type Outcomes = (HookOutcome | undefined)[];

/** The way back of one request through one stack. */
export class WayBack implements RunBack {
  readonly #run: Run;
  #beforeHeaders: Outcomes | undefined = undefined;
  #afterResponse: Outcomes | undefined = undefined;
  /** Whether the end of the answer will be told. */
  #isEndExpected = false;

  constructor(run: Run) {
    this.#run = run;
  }

  /** A stage that acts on the way back has its turn. From the first one on the answer is watched. */
  meet(back: StageBack): void {
    const { req, res, runtime } = this.#run;
    if (back.beforeHeaders !== undefined) {
      if (this.#beforeHeaders === undefined) {
        this.#beforeHeaders = new Array<undefined>(runtime.wayBack.length);
        beforeHeaders(res, () => this.#act('beforeHeaders', this.#beforeHeaders));
      }
      this.#beforeHeaders[back.place] = 'pending';
    }
    if (back.afterResponse !== undefined) {
      this.#afterResponse ??= new Array<undefined>(runtime.wayBack.length);
      this.#afterResponse[back.place] = 'pending';
      if (this.#isEndExpected) return;
      this.#isEndExpected = true;
      afterResponse(req, res, () => {
        this.#isEndExpected = false;
        this.#act('afterResponse', this.#afterResponse);
      });
    }
  }

  /** What has become of a hook. Undefined for a stage that has no such hook, or has had no turn. */
  outcomeOf({ place }: StageBack, hook: BackHook): HookOutcome | undefined {
    return (hook === 'beforeHeaders' ? this.#beforeHeaders : this.#afterResponse)?.[place];
  }

  /** All who have had their turn act, each of them whatever becomes of the others. */
  #act(hook: BackHook, outcomes: Outcomes = []): void {
    const { wayBack } = this.#run.runtime;
    for (let place = 0; place < wayBack.length; place++) {
      const back = wayBack[place];
      const outcome = outcomes[place];
      // Headers that Node has refused are set again, for the answer in their place. After the response there is no again.
      const isDue = hook === 'beforeHeaders' ? outcome !== undefined : outcome === 'pending';
      if (back === undefined || !isDue) continue;
      outcomes[place] = 'done';
      this.#call(hook, back, outcomes);
    }
  }

  /** Calls a hook in its own name: `req.state` is its view as long as it runs. */
  #call(hook: BackHook, back: StageBack, outcomes: Outcomes): void {
    const { context, req, res } = this.#run;
    const status = hook === 'beforeHeaders' ? statusLineOf(res) : undefined;
    if (context.isReplaced) takeReplacement(context);
    const { state } = context;
    const view = new StateView(this.#run, back.stage);
    context.restore(view);
    try {
      const result = back[hook]?.(req, res);
      if (result !== undefined && isThenable(result)) {
        result.then(undefined, (reason: unknown) => {
          this.#fail(back, outcomes, reason);
        });
        if (hook === 'beforeHeaders') this.#report(back, 'S311');
      }
    } catch (thrown) {
      this.#fail(back, outcomes, thrown);
    }
    const refused = status === undefined ? undefined : keepStatusLine(res, status);
    if (refused !== undefined) this.#fail(back, outcomes, refused);
    if (context.isReplaced) takeReplacement(context, view);
    if (state !== undefined) context.restore(state);
  }

  #fail(back: StageBack, outcomes: Outcomes, reason: unknown): void {
    outcomes[back.place] = 'failed';
    this.#report(back, 'S310', reason);
  }

  /** The answer is not to be lost, so nothing is thrown into it, even where `onConflict` says `'error'`. */
  #report({ stage }: StageBack, id: 'S310' | 'S311', reason?: unknown): void {
    const { runtime } = this.#run;
    const about = id === 'S310' ? { error: errorOf(reason, stage) } : {};
    try {
      runtime.reporter.report(this.#run, stage, id, BACK_FAILURES[id], about);
    } catch {
      // The log and req.stack have it.
    }
  }
}

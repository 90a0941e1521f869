import { inspect } from 'node:util';
import type { RequestState } from '../declare/request-state.ts';
import { reservedKey } from '../declare/reserved-key.ts';
import type { RequestContext } from './request-context.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { readByRule, reportReplacedState, valueOf, writeByRule } from './state-rules.ts';

/**
 * `req.state` as one stage sees it on one request. Code that keeps a view reads and writes as that stage, however much
 * later. The engine's own fields are private, so that a view shows nothing but the state.
 *
 * Every key that a stack of the process declares is an accessor of the prototype. All stacks share this class: with a
 * class for each stack, a view would cost five times as much.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface below
export class StateView {
  readonly #run: Run;
  readonly #stage: Stage;

  constructor(run: Run, stage: Stage) {
    this.#run = run;
    this.#stage = stage;
  }

  /** Whether a value of `req.state` is a view, and not an object that the host has put there. */
  static is(state: unknown): state is StateView {
    return typeof state === 'object' && state !== null && #run in state;
  }

  /** The run that a view was made in. */
  static runOf(view: StateView): Run {
    return view.#run;
  }

  /** The stage as which a view reads and writes. */
  static stageOf(view: StateView): Stage {
    return view.#stage;
  }

  /**
   * Makes a key an accessor, if it is not yet one.
   *
   * @returns its number, among the keys of all stacks of the process.
   */
  static declare(key: string): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = numbers.size;
    numbers.set(key, number);
    Object.defineProperty(StateView.prototype, key, {
      enumerable: true,
      get(this: StateView): unknown {
        return StateView.#read(this, key, number);
      },
      set(this: StateView, value: unknown) {
        StateView.#write(this, key, number, value);
      },
    });
    return number;
  }

  static #read(view: StateView, key: string, number: number): unknown {
    const run = view.#run;
    const stage = view.#stage;
    const index = run.runtime.indexByNumber[number] ?? 0;
    const bit = stage.readBits[index] ?? 0;
    if (bit === 0) return readByRule(run, stage, key);
    const { state } = run;
    state.markRead(stage, bit);
    if (state.writers[index] === undefined && run.outer !== undefined) return Reflect.get(run.outer, key);
    return state.values[index];
  }

  static #write(view: StateView, key: string, number: number, value: unknown): void {
    const run = view.#run;
    const stage = view.#stage;
    const index = run.runtime.indexByNumber[number] ?? 0;
    const bit = stage.writeBits[index] ?? 0;
    const { state } = run;
    const writer = state.writers[index];
    const isPlain = bit !== 0 && run.host === undefined && !run.res.writableEnded;
    if (!isPlain || (writer !== undefined && writer.rank > stage.rank)) {
      writeByRule(run, stage, key, value);
      return;
    }
    state.markWrite(stage, bit);
    state.writers[index] = stage;
    state.values[index] = value;
  }

  /**
   * What the stage may see, for `JSON.stringify`: the keys it declares. The application sees all. No read is counted.
   */
  toJSON(): Record<string, unknown> {
    const { runtime, stateIfAny, outer } = this.#run;
    const isApplication = this.#stage === runtime.application;
    const extra = stateIfAny?.extra?.keys() ?? [];
    const keys = isApplication ? [...runtime.keys, ...extra] : [...this.#stage.reads];
    const outside = StateView.is(outer) ? outer.toJSON() : outer;
    const visible = keys
      .filter((key) => !runtime.losingKeys.has(key))
      .map((key) => [key, valueOf(this.#run, key, outside)] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(visible);
  }

  /** The same for `console.log`. */
  [inspect.custom](): Record<string, unknown> {
    return this.toJSON();
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- `declare` gives it all keys of state
export interface StateView extends RequestState {}

/** The numbers of the keys that the stacks of the process declare. */
const numbers = new Map<string, number>();

/**
 * A handler has set `req.state` itself. Its keys are written one by one, so that the rule of layers holds for each.
 *
 * @param view - the view that `req.state` was, of the stage that counts as the writer.
 * @param value - what it was set to. If that is the view of another stage of this request, nothing is written.
 */
export function replaceState(view: object, value: unknown): void {
  if (!StateView.is(view)) return;
  const { context } = StateView.runOf(view);
  if (StateView.is(value) && StateView.runOf(value).context === context) return;
  reportReplacedState(StateView.runOf(view), StateView.stageOf(view));
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (!reservedKey(key)) Reflect.set(view, key, member);
  }
}

/**
 * A handler has set `req.state` to something else, where it is a plain property. There the engine sees it only
 * afterwards: it puts the view back, and then does what {@link replaceState} does.
 *
 * @param view - the view of the stage that counts as the writer.
 */
export function takeReplacement(context: RequestContext, view = context.furthestView): void {
  // No stage has had its turn yet, so nobody is the writer.
  if (view === undefined) return;
  const given = context.plain?.state;
  context.restore(view);
  replaceState(view, given);
}

/**
 * The end of the prototype chain of views, where only keys arrive that no stack declares. A declared key is found
 * before it, on the prototype, so this Proxy costs it nothing.
 */
const undeclaredKeys = new Proxy(Object.create(null) as object, {
  get(_target, key, state: object): unknown {
    if (typeof key === 'symbol' || reservedKey(key) || !StateView.is(state)) {
      return Reflect.get(Object.prototype, key, state);
    }
    return readByRule(StateView.runOf(state), StateView.stageOf(state), key);
  },
  set(_target, key, value: unknown, state: object): boolean {
    if (typeof key === 'symbol' || reservedKey(key) || !StateView.is(state)) return false;
    writeByRule(StateView.runOf(state), StateView.stageOf(state), key, value);
    return true;
  },
});
Object.setPrototypeOf(StateView.prototype, undeclaredKeys);

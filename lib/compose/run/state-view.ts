import { inspect } from 'node:util';
import type { RequestState } from '../declare/request-state.ts';
import { reservedKey } from '../declare/reserved-key.ts';
import type { Run } from './run.ts';
import type { Stage } from './stage.ts';
import { readByRule, visibleState, writeByRule } from './state-rules.ts';

/**
 * One middleware's turn on one request, and at the same time `req.state` as that middleware sees it: one who holds it,
 * however much later, reads and writes as that middleware.
 *
 * A request makes one of these for each middleware and little else, so it is one object, and holds no more than every
 * step needs; what the engine keeps in it is private, so that nothing but the state shows. Every key that some stack
 * declares is an accessor of the prototype. All stacks share this class: with one class for each, V8 took the places
 * that make steps for polymorphic as soon as a process had two stacks, and the whole engine took twice as long
 * (bench/compose).
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- see the interface below
export class StateView {
  readonly #run: Run;
  readonly #stage: Stage;

  constructor(run: Run, stage: Stage) {
    this.#run = run;
    this.#stage = stage;
    run.last = this;
    run.lastStage = stage;
  }

  /** Whether `req.state` of some request is one of the engine's. */
  static is(state: object): state is StateView {
    return #run in state;
  }

  static runOf(view: StateView): Run {
    return view.#run;
  }

  static stageOf(view: StateView): Stage {
    return view.#stage;
  }

  /** Makes the key an accessor, if it is not yet one. @returns its number, by which a stage finds its bit. */
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
    const stage = view.#stage;
    const { state } = view.#run;
    const bit = stage.readBits[number] ?? 0;
    if (bit === 0) return readByRule(view.#run, stage, key);
    state.markRead(stage, bit);
    return state.values[number];
  }

  static #write(view: StateView, key: string, number: number, value: unknown): void {
    const stage = view.#stage;
    const { state, res } = view.#run;
    const bit = stage.writeBits[number] ?? 0;
    const writer = state.writers[number];
    if (bit === 0 || (writer !== undefined && writer.rank > stage.rank) || res.writableEnded) {
      writeByRule(view.#run, stage, key, value);
      return;
    }
    state.markWrite(stage, bit);
    state.writers[number] = stage;
    state.values[number] = value;
  }

  toJSON(): Record<string, unknown> {
    return visibleState(this.#run, this.#stage);
  }

  [inspect.custom](): Record<string, unknown> {
    return visibleState(this.#run, this.#stage);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- `declare` gives it all keys of state
export interface StateView extends RequestState {}

/** The numbers of the declared keys. */
const numbers = new Map<string, number>();

/**
 * The far end of the prototype chain, where only keys arrive that no stack declares. A declared key is found nearer,
 * and never comes by, so this Proxy costs it nothing.
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

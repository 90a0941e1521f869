import { inspect } from 'node:util';
import type { Step } from './run.ts';
import { readCarefully, writeCarefully, visibleState } from './state-access.ts';

/**
 * `req.state` as one middleware sees it on one request. Whoever holds it, however much later, reads and writes as that
 * middleware. The keys are accessors of the prototype, made once per stack, so that a request costs one small object.
 */
export class StateView {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  /** Whose view it is; undefined for anything but a view. */
  static stepOf(view: object): Step | undefined {
    return #step in view ? view.#step : undefined;
  }

  /** @internal Reads the key with this index. */
  static read(view: StateView, index: number): unknown {
    const step = view.#step;
    const tick = step.station.readTicks[index] ?? 0;
    if (tick === 0) return readCarefully(step, step.run.runtime.keys[index] ?? '');
    step.readTicks |= tick;
    return step.run.values[index];
  }

  /** @internal Writes the key with this index. */
  static write(view: StateView, index: number, value: unknown): void {
    const step = view.#step;
    const { station, run } = step;
    const tick = station.writeTicks[index] ?? 0;
    const writer = run.writers[index];
    if (tick === 0 || (writer !== undefined && writer.rank > station.rank) || run.res.writableEnded) {
      writeCarefully(step, run.runtime.keys[index] ?? '', value);
      return;
    }
    step.writeTicks |= tick;
    run.writers[index] = station;
    run.values[index] = value;
  }

  toJSON(): Record<string, unknown> {
    return visibleState(this.#step);
  }

  [inspect.custom](): Record<string, unknown> {
    return visibleState(this.#step);
  }
}

/**
 * Keys that no middleware of the stack declares end up here, at the far end of the prototype chain. A declared key is
 * found nearer, and never comes by.
 */
const unknownKeys = new Proxy(Object.create(null) as object, {
  get(_target, key, view: object): unknown {
    const step = StateView.stepOf(view);
    if (typeof key === 'symbol' || reservedKey(key) || step === undefined) {
      return Reflect.get(Object.prototype, key, view);
    }
    return readCarefully(step, key);
  },
  set(_target, key, value: unknown, view: object): boolean {
    const step = StateView.stepOf(view);
    if (typeof key === 'symbol' || reservedKey(key) || step === undefined) return false;
    writeCarefully(step, key, value);
    return true;
  },
});
Object.setPrototypeOf(StateView.prototype, unknownKeys);

/** Whether JavaScript itself looks a name up on objects, so that it can be no state key. */
export function reservedKey(key: string): boolean {
  return key in Object.prototype || key === 'toJSON' || key === 'then';
}

/** The class of the views of one stack. */
export function viewClass(keys: readonly string[]): new (step: Step) => StateView {
  class StackView extends StateView {}
  keys.forEach((key, index) => {
    Object.defineProperty(StackView.prototype, key, {
      enumerable: true,
      get(this: StateView): unknown {
        return StateView.read(this, index);
      },
      set(this: StateView, value: unknown) {
        StateView.write(this, index, value);
      },
    });
  });
  return StackView;
}

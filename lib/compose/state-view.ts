import { inspect } from 'node:util';
import type { Step } from './run.ts';
import { readCarefully, visibleState, writeCarefully } from './state-access.ts';

/**
 * `req.state` as one middleware sees it on one request. Whoever holds it, however much later, reads and writes as that
 * middleware.
 *
 * Every key that some stack declares is an accessor of the prototype, so that a request costs one small object for
 * each middleware. All stacks share this class: with one class for each, V8 took the places that make views for
 * polymorphic as soon as a process had two stacks, and the whole engine took twice as long (bench/compose).
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

  /** Makes the key an accessor, if it is not yet one. @returns its number, by which stations tick it off. */
  static declare(key: string): number {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = numbers.size;
    numbers.set(key, number);
    Object.defineProperty(StateView.prototype, key, {
      enumerable: true,
      get(this: StateView): unknown {
        return StateView.#read(this.#step, key, number);
      },
      set(this: StateView, value: unknown) {
        StateView.#write(this.#step, key, number, value);
      },
    });
    return number;
  }

  static #read(step: Step, key: string, number: number): unknown {
    const tick = step.station.readTicks[number] ?? 0;
    if (tick === 0) return readCarefully(step, key);
    step.readTicks |= tick;
    return step.run.values[number];
  }

  static #write(step: Step, key: string, number: number, value: unknown): void {
    const { station, run } = step;
    const tick = station.writeTicks[number] ?? 0;
    const writer = run.writers[number];
    if (tick === 0 || (writer !== undefined && writer.rank > station.rank) || run.res.writableEnded) {
      writeCarefully(step, key, value);
      return;
    }
    step.writeTicks |= tick;
    run.writers[number] = station;
    run.values[number] = value;
  }

  toJSON(): Record<string, unknown> {
    return visibleState(this.#step);
  }

  [inspect.custom](): Record<string, unknown> {
    return visibleState(this.#step);
  }
}

/** The numbers of the declared keys. */
const numbers = new Map<string, number>();

/**
 * The far end of the prototype chain, where only keys arrive that no stack declares. A declared key is found nearer,
 * and never comes by, so this Proxy costs it nothing.
 */
const undeclaredKeys = new Proxy(Object.create(null) as object, {
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
Object.setPrototypeOf(StateView.prototype, undeclaredKeys);

/** Whether JavaScript itself looks a name up on objects, so that it can be no state key. */
export function reservedKey(key: string): boolean {
  return key in Object.prototype || key === 'toJSON' || key === 'then';
}

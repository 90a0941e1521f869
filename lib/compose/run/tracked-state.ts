import type { Stage } from './stage.ts';

/** What the tables of each request begin as copies of. */
export interface EmptyTables {
  readonly noValues: readonly unknown[];
  readonly noWriters: readonly (Stage | undefined)[];
  readonly noTicks: readonly number[];
}

/** The state of one request: its values, who has read and written which, and whom the request has passed by. */
export class TrackedState {
  /** The values of the keys, by their numbers. */
  readonly values: unknown[];
  /** Who wrote each of them last. */
  readonly writers: (Stage | undefined)[];
  /** What was written under keys that the plan doesn't know. */
  extra: Map<string, { value: unknown; writer: Stage }> | undefined = undefined;
  /**
   * By the position of a stage: which of its keys it has read. `Stage.ticked` says which bit is which; there is one
   * more, {@link PASSED}.
   */
  readonly #readTicks: number[];
  /** The same of keys that it has written. */
  readonly #writeTicks: number[];
  /** The keys without a tick that stages have read and written. */
  #unticked: Map<Stage, UntickedKeys> | undefined = undefined;

  constructor({ noValues, noWriters, noTicks }: EmptyTables) {
    this.values = noValues.slice();
    this.writers = noWriters.slice();
    this.#readTicks = noTicks.slice();
    this.#writeTicks = noTicks.slice();
  }

  tickRead({ position }: Stage, tick: number): void {
    this.#readTicks[position] = (this.#readTicks[position] ?? 0) | tick;
  }

  tickWrite({ position }: Stage, tick: number): void {
    this.#writeTicks[position] = (this.#writeTicks[position] ?? 0) | tick;
  }

  /** Notes that a request does not concern a stage. */
  passBy(stage: Stage): void {
    this.tickRead(stage, PASSED);
  }

  hasPassed({ position }: Stage): boolean {
    return ((this.#readTicks[position] ?? 0) & PASSED) !== 0;
  }

  /** The keys without a tick, to add to. */
  untickedOf(stage: Stage): UntickedKeys {
    const all = (this.#unticked ??= new Map<Stage, UntickedKeys>());
    let keys = all.get(stage);
    if (keys === undefined) all.set(stage, (keys = { reads: new Set(), writes: new Set() }));
    return keys;
  }

  /** All keys that a stage has read and written. */
  keysOf(stage: Stage): { readonly reads: string[]; readonly writes: string[] } {
    const { ticked, position } = stage;
    const others = this.#unticked?.get(stage);
    const keys = (ticks = 0): string[] => ticked.filter((_, bit) => (ticks & (1 << bit)) !== 0);
    return {
      reads: [...keys(this.#readTicks[position]), ...(others?.reads ?? [])],
      writes: [...keys(this.#writeTicks[position]), ...(others?.writes ?? [])],
    };
  }
}

/** The bit that `Stage.ticked` leaves over. */
const PASSED = 1 << 31;

interface UntickedKeys {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

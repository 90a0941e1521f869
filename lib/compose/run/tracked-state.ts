import type { Stage } from './stage.ts';

/** What the tables of each request begin as copies of. */
export interface EmptyTables {
  readonly noValues: readonly unknown[];
  readonly noWriters: readonly (Stage | undefined)[];
  readonly noBits: readonly number[];
}

/** The state of one request in one stack: its values, and who has read and written which. */
export class TrackedState {
  /** The values of the keys, by their indexes. */
  readonly values: unknown[];
  /** The stage that wrote each of them last; undefined if no stage of this stack has. */
  readonly writers: (Stage | undefined)[];
  /** What was written under keys that no stage of the stack declares. */
  extra: Map<string, { value: unknown; writer: Stage }> | undefined = undefined;
  /** By the position of a stage: which of its keys it has read, one bit each; see `Stage.maskedKeys`. */
  readonly #readBits: number[];
  /** The same for the keys that it has written. */
  readonly #writeBits: number[];
  /** The keys without a bit that each stage has read and written. */
  #otherKeys: Map<Stage, OtherKeys> | undefined = undefined;

  constructor({ noValues, noWriters, noBits }: EmptyTables) {
    this.values = noValues.slice();
    this.writers = noWriters.slice();
    this.#readBits = noBits.slice();
    this.#writeBits = noBits.slice();
  }

  /** Records a read of the key that has this bit in the stage. */
  markRead({ position }: Stage, bit: number): void {
    this.#readBits[position] = (this.#readBits[position] ?? 0) | bit;
  }

  /** Records a write of the key that has this bit in the stage. */
  markWrite({ position }: Stage, bit: number): void {
    this.#writeBits[position] = (this.#writeBits[position] ?? 0) | bit;
  }

  /** The keys without a bit that a stage has read and written, as sets that the caller adds to. */
  otherKeysOf(stage: Stage): OtherKeys {
    const all = (this.#otherKeys ??= new Map<Stage, OtherKeys>());
    let keys = all.get(stage);
    if (keys === undefined) all.set(stage, (keys = { reads: new Set(), writes: new Set() }));
    return keys;
  }

  /** All keys that a stage has read and written. */
  keysOf(stage: Stage): { readonly reads: string[]; readonly writes: string[] } {
    const { maskedKeys, position } = stage;
    const others = this.#otherKeys?.get(stage);
    const keys = (bits = 0): string[] => maskedKeys.filter((_, bit) => (bits & (1 << bit)) !== 0);
    return {
      reads: [...keys(this.#readBits[position]), ...(others?.reads ?? [])],
      writes: [...keys(this.#writeBits[position]), ...(others?.writes ?? [])],
    };
  }
}

interface OtherKeys {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

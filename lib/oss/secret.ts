import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

/** What a {@link Secret} shows of itself, everywhere: in logs, in JSON, in string templates. */
export const MASK = '**********';

/**
 * A token, key or password between the moment it is read and the moment it is sent.
 *
 * It prints, logs and serialises as `**********`; only {@link Secret.reveal} gives the value, so every place
 * where a value leaves this process can be found by searching for that one name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it only where the value is sent or encrypted. */
  reveal(): string {
    return this.#value;
  }

  /** Whether both hold the same value, compared in constant time for values of one length. */
  equals(other: Secret): boolean {
    const ours = Buffer.from(this.#value);
    const theirs = Buffer.from(other.#value);
    return ours.length === theirs.length && timingSafeEqual(ours, theirs);
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}

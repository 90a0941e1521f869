/** A clock that runs with the real one and can be set forward, so that a test can let a token expire. */
export class Clock {
  #ahead = 0;

  /** Milliseconds since the epoch, on this clock. A bound function: hand it over as it is. */
  readonly now = (): number => Date.now() + this.#ahead;

  /** Sets the clock forward by so many milliseconds. */
  advance(ms: number): void {
    this.#ahead += ms;
  }
}

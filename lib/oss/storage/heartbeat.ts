import { performance } from 'node:perf_hooks';

export interface HeartbeatOptions {
  /** How often one begins, whatever became of the one before, in milliseconds. */
  readonly everyMs: number;
  /** After how long without one a holder counts as dead, in milliseconds. */
  readonly leaseMs: number;
  /** Shows that we live. */
  readonly beat: () => Promise<void>;
}

/** Why somebody was taken for dead, for the log. */
export interface Silence {
  readonly cause: string;
  readonly err?: unknown;
}

/** Shows from time to time that the holder of a lock lives; and knows, should nobody have noticed, why. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #lastTick = performance.now();
  #heardAt = performance.now();
  /** The longest time since then in which this process did nothing, and the last failure. */
  #stoodStillMs = 0;
  #failure: unknown;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#tick(), options.everyMs).unref();
  }

  /** When the last one that was heard began, or this began, in milliseconds on the monotonic clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  silence(): Silence {
    const silentMs = Math.round(performance.now() - this.#heardAt);
    const stoodStillMs = Math.round(Math.max(this.#stoodStillMs, this.#late()));
    if (stoodStillMs > silentMs / 2) return { cause: `this process stood still for ${stoodStillMs} ms` };
    if (silentMs < this.#options.leaseMs)
      return { cause: 'somebody has removed it, or the store was set back to an earlier state' };
    return { cause: `no heartbeat has come through for ${silentMs} ms`, err: this.#failure };
  }

  async #tick(): Promise<void> {
    const began = performance.now();
    this.#stoodStillMs = Math.max(this.#stoodStillMs, this.#late());
    this.#lastTick = began;
    try {
      await this.#options.beat();
      // One that took long may come in behind a later one.
      if (began < this.#heardAt) return;
      this.#heardAt = began;
      this.#stoodStillMs = 0;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    }
  }

  #late(): number {
    return performance.now() - this.#lastTick - this.#options.everyMs;
  }
}

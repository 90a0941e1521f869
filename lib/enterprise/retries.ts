const RETRY_EVERY_MS = 30_000;

export interface RetriesOptions {
  /** What is still to be done, each piece as the attempt at it. */
  readonly left: () => AsyncIterable<() => Promise<void>>;
  /** Whether the next piece would fail as well, so that all wait for the next time. */
  readonly failsAll: (error: unknown) => boolean;
  /** Told of what failed and is tried again later. */
  readonly complain: (error: unknown) => void;
  /** How often to try again what failed, in milliseconds; 30,000 unless given. */
  readonly everyMs?: number | undefined;
}

/** Attempts at work that has to be done, however long it takes: some at once, and all that is left again and again. */
export class Retries {
  readonly #options: RetriesOptions;
  readonly #timer: NodeJS.Timeout;
  readonly #underWay = new Set<Promise<void>>();
  #isSweeping = false;
  #isClosing = false;

  constructor(options: RetriesOptions) {
    this.#options = options;
    this.#timer = setInterval(
      () => void this.track(this.#sweep()),
      options.everyMs ?? RETRY_EVERY_MS,
    ).unref();
  }

  /** Complains of the attempt if it fails, and has `close` wait for it. Resolves when it has ended; never rejects. */
  async track(attempt: Promise<void>): Promise<void> {
    const ended = attempt
      .catch((error: unknown) => this.#options.complain(error))
      .finally(() => this.#underWay.delete(ended));
    this.#underWay.add(ended);
    await ended;
  }

  /** Ends the retrying, and resolves when the attempts that are under way have ended. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#isClosing = true;
    await Promise.all(this.#underWay);
  }

  /** One after the other, so that nobody is asked for everything at once. */
  async #sweep(): Promise<void> {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    try {
      for await (const attempt of this.#options.left()) {
        if (this.#isClosing) return;
        await this.#orComplain(attempt);
      }
    } finally {
      this.#isSweeping = false;
    }
  }

  async #orComplain(attempt: () => Promise<void>): Promise<void> {
    try {
      await attempt();
    } catch (error) {
      if (this.#options.failsAll(error)) throw error;
      this.#options.complain(error);
    }
  }
}

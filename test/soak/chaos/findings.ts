/** Of one request. */
export interface Answered {
  readonly login: string;
  readonly what: string;
  /** On the monotonic clock, in milliseconds. */
  readonly began: number;
  /** 0 when there was none. */
  readonly status: number;
  readonly text: string;
  /** Whether it has to be waited for what a killed process might still write of this user. */
  readonly isPairLost: boolean;
}

/** What a user may be answered while something fails: 401 is looked into by itself, 0 is a server that was killed. */
const ALLOWED = new Set([0, 200, 401, 503]);

/** What was seen in a chaos run, with what happened when. */
export class Findings {
  /** What must not be. */
  readonly wrong: string[] = [];
  /** How many pairs were lost with a process that was killed. */
  lostWithAProcess = 0;
  /** How long it took after each round until all was healthy, in milliseconds. */
  readonly recoveries: number[] = [];
  readonly #began = performance.now();
  readonly #statuses = new Map<number, number>();
  readonly #events: string[] = [];
  /** Since when nothing is broken, nor being mended. */
  #calmSince = Infinity;
  #longestMs = 0;

  add(wrong: string): void {
    this.wrong.push(this.#at(wrong));
    this.#events.push(this.#at(`WRONG: ${wrong}`));
  }

  happened(event: string): void {
    this.#events.push(this.#at(event));
  }

  answered({ login, what, began, status, text, isPairLost }: Answered): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#longestMs = Math.max(this.#longestMs, performance.now() - began);
    const isCalm = began > this.#calmSince && !isPairLost;
    if (!ALLOWED.has(status) || text === 'TimeoutError' || (isCalm && status !== 200))
      this.add(`${login}: ${what} was answered with ${status} ${text.slice(0, 200)}`);
  }

  /** From now on, all answers have to be 200. */
  calm(): void {
    this.#calmSince = performance.now();
  }

  /** From now on anything may be broken. */
  stormy(): void {
    this.#calmSince = Infinity;
  }

  summary(): string {
    const answers = Object.fromEntries([...this.#statuses].sort(([one], [other]) => one - other));
    return JSON.stringify({
      answers,
      lostWithAProcess: this.lostWithAProcess,
      longestAnswerMs: Math.round(this.#longestMs),
      recoveriesMs: this.recoveries.map(Math.round),
    });
  }

  /** What happened, a line each. */
  story(): string {
    return this.#events.join('\n');
  }

  #at(what: string): string {
    return `${((performance.now() - this.#began) / 1_000).toFixed(1)} s: ${what}`;
  }
}

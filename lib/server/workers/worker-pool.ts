/**
 * The first process of a server with workers: it starts them, replaces those that die, and ends them. It serves nothing
 * itself: Node's `cluster` listens in it, and hands each connection to the next worker.
 */
import type { Logger } from 'pino';
import { Pause, pauseBefore } from './pause.ts';
import { StartFailure, WorkerProcess } from './worker-process.ts';

/** How long a worker may take until it listens, in milliseconds. */
const START_MS = 60_000;
/** One that has served for so long, in milliseconds, has not died of its start. */
const STEADY_MS = 10_000;

export interface WorkerPoolOptions {
  readonly count: number;
  /** Makes the log of this process, once a worker has said from which level on. */
  readonly logAt: (level: string) => Logger;
  /** Called with each worker that is started. */
  readonly onStart?: (worker: WorkerProcess) => void;
  /** How long a worker may take until it listens, in milliseconds; a minute unless given. */
  readonly startMs?: number;
}

export class WorkerPool {
  readonly #options: Required<WorkerPoolOptions>;
  readonly #workers = new Set<WorkerProcess>();
  readonly #pause = new Pause();
  readonly #over: Promise<void>;
  #resolveOver: () => void = () => undefined;
  #log: Logger | undefined;
  #signals = 0;
  #replacing: Promise<void> | undefined;
  #replacesAgain = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = { startMs: START_MS, onStart: () => undefined, ...options };
    this.#over = new Promise((resolve) => (this.#resolveOver = resolve));
  }

  /**
   * Starts the workers: first one, which finds out whether the configuration is right and the port free, and then all others.
   * Resolves when all have ended as they were told.
   *
   * @throws StartFailure when the first one could not start.
   */
  async run(): Promise<void> {
    try {
      this.#watch(await this.#start(1, true), 0);
    } catch (error) {
      if (!this.#isEnding) throw error;
    }
    for (let number = 2; number <= this.#options.count; number++) void this.#keep(number, 0);
    return this.#over;
  }

  /** Ends all workers: first when what they do is done, at a second signal at once, and at a third by force. */
  end(signal: NodeJS.Signals): void {
    this.#signals += 1;
    this.#pause.cutShort();
    for (const worker of this.#workers) {
      if (this.#signals > 2 || (this.#signals === 2 && worker.state === 'starting')) worker.kill();
      else worker.tell({ how: this.#signals === 1 ? 'drain' : 'now', because: signal });
    }
    this.#resolveWhenOver();
  }

  /**
   * Replaces the workers one after the other: the next one listens before the one whose place it takes stops to. One that
   * does not start leaves all others as they are.
   */
  replaceAll(): void {
    if (this.#isEnding) return;
    this.#replacesAgain = this.#replacing !== undefined;
    this.#replacing ??= this.#replaceOneByOne().finally(() => {
      this.#replacing = undefined;
      if (this.#replacesAgain) this.replaceAll();
    });
  }

  async #replaceOneByOne(): Promise<void> {
    // What has kept one from starting may be mended.
    this.#pause.cutShort();
    // One that is just being started may have read what is no longer true.
    const olds = [...this.#workers].filter(({ state }) => state !== 'retiring');
    this.#log?.info({ workers: olds.length }, 'Replacing the workers, one after the other');
    for (const old of olds) {
      await old.started;
      // It may have died meanwhile, and then it has been replaced.
      if (this.#isEnding || old.state !== 'serving') continue;
      try {
        this.#watch(await this.#start(old.number, old === olds[0]), 0);
      } catch (error) {
        this.#notReplaced(old, error as StartFailure);
        return;
      }
      this.#retire(old);
    }
    if (!this.#isEnding) this.#log?.info({ workers: olds.length }, 'All workers are replaced');
  }

  /** When all are to end, it drains as they do. */
  #retire(old: WorkerProcess): void {
    if (!this.#isEnding) old.retire();
  }

  #notReplaced({ number }: WorkerProcess, { message }: StartFailure): void {
    if (this.#isEnding) return;
    this.#log?.error({ worker: number }, `${message}; those that serve go on`);
    // The old one has died while it waited for its successor.
    if (!this.#has(number)) void this.#keep(number, 1);
  }

  /** Sees to it that there is a worker of this number. @param deaths - of how many it was the last thing, in a row. */
  async #keep(number: number, deaths: number): Promise<void> {
    await this.#pause.wait(pauseBefore(deaths));
    if (this.#isEnding || this.#has(number)) return;
    try {
      const worker = await this.#start(number, false);
      this.#log?.info({ worker: number, worker_pid: worker.pid }, `Worker ${number} serves`);
      this.#watch(worker, deaths);
    } catch (error) {
      this.#goOnWithout(number, deaths + 1, error as StartFailure);
    }
  }

  /** Replaces a worker that ends though nobody has told it to. */
  #watch(worker: WorkerProcess, deathsBefore: number): void {
    const since = performance.now();
    void worker.ended.then((how) => {
      if (worker.state === 'retiring') return;
      const deaths = performance.now() - since > STEADY_MS ? 1 : deathsBefore + 1;
      this.#goOnWithout(worker.number, deaths, new StartFailure(`Worker ${worker.number} ${how}`));
    });
  }

  #goOnWithout(number: number, deaths: number, { message }: StartFailure): void {
    if (this.#isEnding) return;
    const pause = pauseBefore(deaths);
    const when = pause === 0 ? 'at once' : `in ${pause / 1000} s`;
    this.#log?.error({ worker: number, deaths }, `${message}; the next one starts ${when}`);
    void this.#keep(number, deaths);
  }

  async #start(number: number, reports: boolean): Promise<WorkerProcess> {
    const worker = new WorkerProcess(number, reports);
    this.#workers.add(worker);
    this.#options.onStart(worker);
    void worker.ended.then(() => {
      this.#workers.delete(worker);
      this.#resolveWhenOver();
    });
    const logLevel = await worker.ready(this.#options.startMs);
    this.#log ??= this.#options.logAt(logLevel);
    return worker;
  }

  #has(number: number): boolean {
    return [...this.#workers].some((worker) => worker.number === number && worker.state !== 'retiring');
  }

  get #isEnding(): boolean {
    return this.#signals > 0;
  }

  #resolveWhenOver(): void {
    if (this.#isEnding && this.#workers.size === 0) this.#resolveOver();
  }
}

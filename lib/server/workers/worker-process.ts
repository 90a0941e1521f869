import cluster, { type Worker } from 'node:cluster';
import { whenLate } from '../../time-limit.ts';
import type { EndOrder } from '../end-orders.ts';
import { closeWhatIsLost } from './lost-connection.ts';
import { type ToFirstProcess, type ToWorker, WORKER_NUMBER, WORKER_REPORTS } from './messages.ts';
import { Questions } from './questions.ts';

/** How long a worker may take to say that it has a question, in milliseconds. */
const RECEIPT_MS = 1_000;
/** How long it may then take to answer, in milliseconds: less than one who waits for the answers of all of them. */
const ANSWER_MS = 3_000;

/** A worker does not serve. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly code = 'worker_start_failed';
  /** Whether the worker has told by itself what is wrong. */
  readonly isTold: boolean;

  constructor(message: string, { isTold = false } = {}) {
    super(message);
    this.isTold = isTold;
  }
}

/** A worker, as the first process sees it. */
export class WorkerProcess {
  readonly number: number;
  /** Tells it from all others that were started. */
  readonly id: number;
  /** Resolves when it is gone, with how that came: `was ended by SIGKILL`. */
  readonly ended: Promise<string>;
  /** Between the first process and this worker. */
  readonly questions = new Questions({
    send: (message) => this.#send(message),
    receiptMs: RECEIPT_MS,
    answerMs: ANSWER_MS,
  });
  readonly #worker: Worker;
  readonly #logLevel: Promise<string>;
  #order: EndOrder | undefined;
  #state: 'starting' | 'serving' | 'retiring' = 'starting';

  /**
   * Starts it.
   *
   * @param number - the one whose place it takes had the same.
   * @param reports - whether it tells of the start for all.
   */
  constructor(number: number, reports: boolean) {
    this.number = number;
    this.#worker = cluster.fork({ [WORKER_NUMBER]: String(number), [WORKER_REPORTS]: reports ? '1' : '0' });
    this.id = this.#worker.id;
    closeWhatIsLost(this.#worker);
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', (code: number | null, signal: string | null) =>
        resolve(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
      );
      // Of one that could not be started there is no exit. All else that fails does so because it is about to end.
      this.#worker.on('error', (error: Error) => {
        if (this.pid === undefined) resolve(`could not be started: ${error.message}`);
      });
    });
    this.#logLevel = new Promise((resolve) => {
      this.#worker.on('message', (message: ToFirstProcess) => {
        if (message.kind !== 'ready') {
          this.questions.hear(message);
          return;
        }
        this.#state = 'serving';
        if (this.#order !== undefined) this.tell(this.#order);
        resolve(message.logLevel);
      });
    });
    void this.ended.then(() => this.questions.end());
  }

  /** Resolves when it serves, or has not come to it. */
  get started(): Promise<unknown> {
    return Promise.race([this.#logLevel, this.ended]);
  }

  get pid(): number | undefined {
    return this.#worker.process.pid;
  }

  /** Whether it serves; `retiring` when another one has its place. */
  get state(): 'starting' | 'serving' | 'retiring' {
    return this.#state;
  }

  /**
   * Resolves when it serves, with the level that the environment wants of the log.
   *
   * @param startMs - how long that may take, in milliseconds; then it is ended.
   * @throws StartFailure
   */
  async ready(startMs: number): Promise<string> {
    let isLate = false;
    const stop = whenLate(startMs, () => {
      isLate = true;
      this.kill();
    });
    const failed = this.ended.then((how) => {
      throw isLate
        ? new StartFailure(`Worker ${this.number} did not listen within ${startMs / 1000} s, and was ended`)
        : new StartFailure(`Worker ${this.number} ${how} before it listened`, {
            isTold: how.endsWith('code 1'),
          });
    });
    try {
      return await Promise.race([this.#logLevel, failed]);
    } finally {
      stop();
    }
  }

  /** Another one has its place: it ends when nobody uses its connections any more. */
  retire(): void {
    this.#state = 'retiring';
    this.tell({ how: 'retire', because: 'SIGHUP' });
  }

  /** One that is just being started is told once it serves: before, it may not hear. */
  tell(order: EndOrder): void {
    if (this.#state === 'starting') this.#order = order;
    else this.#send({ kind: 'end', order });
  }

  kill(): void {
    this.#worker.process.kill('SIGKILL');
  }

  #send(message: ToWorker): void {
    // One that cannot be told is gone, or about to be.
    this.#worker.process.send(message, undefined, {}, () => undefined);
  }
}

import cluster from 'node:cluster';
import type { EndOrder, EndOrders } from '../end-orders.ts';
import { type ToFirstProcess, type ToWorker, WORKER_NUMBER, WORKER_REPORTS } from './messages.ts';
import { Questions } from './questions.ts';

/** How long the first process may take to say that it has a question, in milliseconds. */
const RECEIPT_MS = 2_000;
/** How long it may then take to answer, in milliseconds: it may have to ask the other workers, which are waited for less long. */
const ANSWER_MS = 10_000;

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A worker's way to the first process, which alone tells it to end. Signals come to a whole group of processes, from a
 * terminal or from systemd, and the first process makes of them what they mean for each worker.
 */
export class WorkerLink implements EndOrders {
  /** Which worker this is, from 1 on. */
  readonly number: number;
  /** Tells this worker from all others that the first process has started. */
  readonly workerId: number;
  /** Whether it tells of the start for all. */
  readonly reports: boolean;
  /** Between this worker and the first process. */
  readonly questions = new Questions({
    send: (message) => this.#send(message),
    receiptMs: RECEIPT_MS,
    answerMs: ANSWER_MS,
  });
  readonly #heard: EndOrder[] = [];
  #serves = false;
  #listener: (order: EndOrder) => void = (order) => this.#heard.push(order);

  private constructor(workerId: number, { [WORKER_NUMBER]: number, [WORKER_REPORTS]: reports }: Variables) {
    this.workerId = workerId;
    this.number = Number(number);
    this.reports = reports === '1';
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'end') this.#listener(message.order);
      else this.questions.hear(message);
    });
    // Node would end this process in the middle of what it does.
    if (cluster.worker !== undefined) cluster.worker.exitedAfterDisconnect = true;
    process.once('disconnect', () => {
      this.questions.end();
      // It would wait for ever: without the first process it cannot listen.
      if (!this.#serves) process.exit(1);
      this.#listener({ how: 'drain', because: 'the first process is gone' });
    });
  }

  /** The link of a process that a WorkerPool has started; undefined in any other one. */
  static ofThisProcess(env: Variables): WorkerLink | undefined {
    const { worker } = cluster;
    return worker && env[WORKER_NUMBER] !== undefined ? new WorkerLink(worker.id, env) : undefined;
  }

  /** As {@link Questions.ask}. */
  ask(topic: string, content?: unknown): Promise<unknown> {
    return this.questions.ask(topic, content);
  }

  /** As {@link Questions.onAsked}. */
  onAsked(topic: string, answerer: (content: unknown) => unknown): void {
    this.questions.onAsked(topic, answerer);
  }

  first(forget: AbortSignal): Promise<EndOrder> {
    return new Promise((resolve) => {
      this.#hear(resolve);
      forget.addEventListener('abort', () => this.#hear(() => undefined));
    });
  }

  onNext(listener: (order: EndOrder) => void): void {
    this.#hear(listener);
  }

  /** This process listens, and serves. */
  ready(logLevel: string): void {
    this.#serves = true;
    this.#send({ kind: 'ready', logLevel });
  }

  #hear(listener: (order: EndOrder) => void): void {
    this.#listener = listener;
    for (const order of this.#heard.splice(0)) listener(order);
  }

  #send(message: ToFirstProcess): void {
    // What cannot be sent has nobody to read it.
    const failed = (error: Error | null): void => {
      if (error !== null) this.questions.end();
    };
    if (process.connected) process.send?.(message, undefined, {}, failed);
    else this.questions.end();
  }
}

/** What the processes of one server tell each other. */
import type { EndOrder } from '../end-orders.ts';
import type { QuestionOrAnswer } from './questions.ts';

/** In the environment of a worker: which one it is, from 1 on. The one that takes the place of another has its number. */
export const WORKER_NUMBER = 'OPENHANDS_EXPRESS_WORKER';
/** In the environment of the worker that tells of the start for all. */
export const WORKER_REPORTS = 'OPENHANDS_EXPRESS_WORKER_REPORTS';

/** To the first process. */
export interface Ready {
  readonly kind: 'ready';
  /** From which level on the first process is to log. */
  readonly logLevel: string;
}

/** To a worker. */
export interface End {
  readonly kind: 'end';
  readonly order: EndOrder;
}

export type ToFirstProcess = Ready | QuestionOrAnswer;
export type ToWorker = End | QuestionOrAnswer;

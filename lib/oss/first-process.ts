/** The way of a worker to the first process of its server, where all of its workers meet. */
export interface FirstProcess {
  /** Tells this worker from all others that the first process has started. */
  readonly workerId: number;
  /** Rejects when the first process is gone, does not answer in time, or has no answer. */
  ask(topic: string, content?: unknown): Promise<unknown>;
  /** Answers what the first process asks of a topic. */
  onAsked(topic: string, answerer: (content: unknown) => unknown): void;
}

/** The topic of the question for metrics: the first process asks each worker for its own, a worker for those of all. */
export const METRICS = 'metrics';

/** The topic of a worker's question for the requests that all others have had, which the first process hands to them. */
export const REQUESTS = 'requests';

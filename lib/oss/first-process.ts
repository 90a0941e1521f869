/** The way of a worker to the first process of its server, where all of its workers meet. */
export interface FirstProcess {
  /** Rejects when the first process is gone, does not answer in time, or has no answer. */
  ask(topic: string, content?: unknown): Promise<unknown>;
  /** Answers what the first process asks of a topic. */
  onAsked(topic: string, answerer: () => unknown): void;
}

/** The topic of the question for metrics: the first process asks each worker for its own, a worker for those of all. */
export const METRICS = 'metrics';

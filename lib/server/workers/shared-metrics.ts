import type { WorkerProcess } from './worker-process.ts';

/** What `getMetricsAsJSON` of prom-client gives, as far as it is looked at here. */
interface Metric {
  readonly type: string;
  readonly values: readonly { readonly value: number | null }[];
}

type Metrics = readonly Metric[];

/**
 * The metrics of all workers, those that have ended among them: were their counts lost, the sums would fall, which Prometheus takes
 * for a restart of the whole, and counts everything anew.
 */
export class SharedMetrics {
  readonly #topic: string;
  /** What each worker told last. */
  readonly #known = new Map<WorkerProcess, Metrics>();
  readonly #workers = new Set<WorkerProcess>();
  #ended: Metrics = [];
  #folded: Promise<unknown> = Promise.resolve();

  /** @param topic - of the question for metrics; with content, a worker tells its own for the last time. */
  constructor(topic: string) {
    this.#topic = topic;
  }

  add(worker: WorkerProcess): void {
    this.#workers.add(worker);
    worker.questions.onAsked(this.#topic, (last) =>
      last === undefined ? this.all() : void this.#known.set(worker, withoutGaps(last as Metrics)),
    );
    void worker.ended.then(() => {
      this.#folded = this.#folded.then(() => this.#fold(worker));
    });
  }

  /** Of each worker, and of all that have ended together. */
  async all(): Promise<readonly Metrics[]> {
    const serving = [...this.#workers].filter(({ state }) => state !== 'starting');
    await Promise.all(serving.map((worker) => this.#ask(worker)));
    await this.#folded;
    return [this.#ended, ...this.#known.values()];
  }

  async #ask(worker: WorkerProcess): Promise<void> {
    await worker.questions.ask(this.#topic).then(
      (metrics) => void this.#known.set(worker, withoutGaps(metrics as Metrics)),
      // It has none, does not answer in time, or is gone: what it told last counts.
      () => undefined,
    );
  }

  /** Of one that has ended only what it counted goes on counting. */
  async #fold(worker: WorkerProcess): Promise<void> {
    this.#workers.delete(worker);
    const counted = (this.#known.get(worker) ?? []).filter(({ type }) => /^(counter|histogram)$/.test(type));
    if (counted.length > 0) {
      const { sumMetrics } = await import('./sum-metrics.ts');
      this.#ended = await sumMetrics([this.#ended, counted]);
    }
    this.#known.delete(worker);
  }
}

/** JSON has no NaN, which stands for what could not be found out. */
function withoutGaps(metrics: Metrics): Metrics {
  return metrics.map((metric) => ({
    ...metric,
    values: metric.values.filter(({ value }) => value !== null),
  }));
}

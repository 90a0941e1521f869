/** What an operator sees of this process at `/internal/metrics`; docs/operations explains each. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Conflict } from '../../compose.ts';
import { registerProcessMetrics } from './process-metrics.ts';

/** A request that has ended, one way or the other. */
export interface EndedRequest {
  readonly method: string;
  /** The route's pattern, never the path: its values would be without number. `none` when no route matched. */
  readonly route: string;
  /** `aborted` when the client went away before the answer was sent. */
  readonly status: number | 'aborted';
  readonly seconds: number;
}

/** What a store is asked for. `lock` is the wait until the lock was there. */
export type StoreOperation = 'read' | 'write' | 'delete' | 'lock';

/** What GitHub made of a refresh token. */
export const REFRESH_OUTCOMES = ['refreshed', 'ended_by_github', 'misconfigured', 'unavailable'] as const;
export type RefreshOutcome = (typeof REFRESH_OUTCOMES)[number];

/** A registry of its own for each server, so that two in one process do not count each other's requests. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #inFlight: Gauge;
  readonly #conflicts: Counter<'id' | 'key'>;
  readonly #refreshes: Counter<'outcome'>;
  readonly #store: Histogram<'operation' | 'outcome'>;

  constructor() {
    const registers = [this.registry];
    this.#requests = new Histogram({
      name: 'openhands_http_request_duration_seconds',
      help: 'From the first middleware to the end of the answer, in seconds.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
      registers,
    });
    this.#inFlight = new Gauge({
      name: 'openhands_http_requests_in_flight',
      help: 'Requests that have arrived and are not answered yet.',
      registers,
    });
    this.#conflicts = new Counter({
      name: 'openhands_stack_conflicts_total',
      help: 'Conflicts between middleware that were settled at run time, by diagnostic and state key.',
      labelNames: ['id', 'key'],
      registers,
    });
    this.#refreshes = new Counter({
      name: 'openhands_github_token_refreshes_total',
      help: 'Refresh tokens presented to GitHub, by what came of it.',
      labelNames: ['outcome'],
      registers,
    });
    // So that the first failure is a step from 0, which rate() sees, and not the beginning of a series.
    for (const outcome of REFRESH_OUTCOMES) this.#refreshes.inc({ outcome }, 0);
    this.#store = new Histogram({
      name: 'openhands_store_operation_duration_seconds',
      help: 'How long the document store took, in seconds; for a lock, until it was there.',
      labelNames: ['operation', 'outcome'],
      buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
      registers,
    });
    registerProcessMetrics(this.registry);
  }

  requestStarted(): void {
    this.#inFlight.inc();
  }

  requestEnded({ method, route, status, seconds }: EndedRequest): void {
    this.#inFlight.dec();
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  conflictSettled({ id, key, count }: Pick<Conflict, 'id' | 'key' | 'count'>): void {
    this.#conflicts.inc({ id, key: key ?? '' }, count);
  }

  refreshEnded(outcome: RefreshOutcome): void {
    this.#refreshes.inc({ outcome });
  }

  storeAnswered(operation: StoreOperation, outcome: 'ok' | 'error', seconds: number): void {
    this.#store.observe({ operation, outcome }, seconds);
  }
}

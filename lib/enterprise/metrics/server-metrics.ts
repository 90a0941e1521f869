/** What an operator sees of this process at `/internal/metrics`. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Conflict } from '../../compose.ts';

/** A request that has ended, one way or the other. */
export interface EndedRequest {
  readonly method: string;
  /** The route's pattern, never the path: its values would be without number. `none` when no route matched. */
  readonly route: string;
  /** `aborted` when the client went away before the answer was sent. */
  readonly status: number | 'aborted';
  readonly seconds: number;
}

/** A registry of its own for each server, so that two in one process do not count each other's requests. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  readonly #conflicts: Counter<'id' | 'key'>;

  constructor() {
    const registers = [this.registry];
    this.#requests = new Histogram({
      name: 'openhands_http_request_duration_seconds',
      help: 'From the first middleware to the end of the answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30],
      registers,
    });
    this.#conflicts = new Counter({
      name: 'openhands_stack_conflicts_total',
      help: 'Conflicts between middleware that were settled at run time, by diagnostic and state key.',
      labelNames: ['id', 'key'],
      registers,
    });
    new Gauge({
      name: 'process_resident_memory_bytes',
      help: 'Resident memory size in bytes.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    });
    new Gauge({
      name: 'process_cpu_seconds_total',
      help: 'User and system CPU time spent, in seconds.',
      registers,
      collect() {
        const { user, system } = process.cpuUsage();
        this.set((user + system) / 1e6);
      },
    });
    new Gauge({
      name: 'process_start_time_seconds',
      help: 'When the process started, in seconds since 1970.',
      registers,
    }).set(Date.now() / 1000 - process.uptime());
  }

  requestEnded({ method, route, status, seconds }: EndedRequest): void {
    this.#requests.observe({ method, route, status: String(status) }, seconds);
  }

  conflictSettled({ id, key, count }: Pick<Conflict, 'id' | 'key' | 'count'>): void {
    this.#conflicts.inc({ id, key: key ?? '' }, count);
  }
}

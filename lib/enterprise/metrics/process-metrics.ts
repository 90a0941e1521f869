import { performance } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * What Prometheus wants to know of every process, under its usual names; read when it is asked for. The default metrics
 * of prom-client are not used: they keep timers and observers that nobody can end.
 */
export function registerProcessMetrics(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory size in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'nodejs_heap_size_used_bytes',
    help: 'How much of the heap of JavaScript is in use, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time spent, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      setTotal(this, (user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970; of several, the one that has run for longest.',
    registers,
    aggregator: 'min',
  }).set(Date.now() / 1000 - process.uptime());
  new Gauge({
    name: 'openhands_workers',
    help: 'How many processes serve, of which these are the metrics together.',
    registers,
  }).set(1);
  new Counter({
    name: 'nodejs_eventloop_active_seconds_total',
    help: 'For how long the event loop was busy, in seconds: its rate is the utilization, and 1 the most there is.',
    registers,
    collect() {
      setTotal(this, performance.eventLoopUtilization().active / 1000);
    },
  });
}

/** For a total that somebody else counts. */
function setTotal(counter: Counter, total: number): void {
  counter.reset();
  counter.inc(total);
}

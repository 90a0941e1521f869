import cluster from 'node:cluster';
import { pino } from 'pino';
import { AskedOfOthers } from '../oss/asked-of-others.ts';
import { METRICS, REQUESTS } from '../oss/first-process.ts';
import { PERMITS, Permits, type PermitsWanted } from '../oss/middleware/rate-limit-permits.ts';
import { SharedMetrics } from '../server/workers/shared-metrics.ts';
import { WorkerPool } from '../server/workers/worker-pool.ts';
import { StartFailure } from '../server/workers/worker-process.ts';
import { type Terminal, UsageError } from './command.ts';
import { serverLog } from './server-log.ts';

/**
 * Starts the workers of a server, and keeps them running until SIGTERM or SIGINT; on SIGHUP it replaces them.
 *
 * @returns the exit code.
 */
export async function serveWorkers(count: number, terminal: Terminal): Promise<number> {
  if (cluster.isWorker)
    throw new UsageError('A worker of another program (pm2?) cannot have workers of its own.');
  const log = serverLog(terminal, true);
  const permits = new Permits(count);
  const metrics = new SharedMetrics(METRICS);
  const requests = new AskedOfOthers(REQUESTS);
  const pool = new WorkerPool({
    count,
    onStart: (worker) => {
      worker.questions.onAsked(PERMITS, (wanted) => permits.give(wanted as PermitsWanted));
      metrics.add(worker);
      requests.add(worker);
    },
    logAt: (level) => pino({ level }, log),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => pool.end(signal));
  // On Windows it means that the console is closed, and the process is ended soon after.
  const isClosing = process.platform === 'win32';
  process.on('SIGHUP', () => (isClosing ? pool.end('SIGHUP') : pool.replaceAll()));
  try {
    await pool.run();
    return 0;
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    if (!error.isTold) terminal.error(`openhands-express: ${error.message}.`);
    return 1;
  } finally {
    await log.emptied();
  }
}

import { createApp, type OpenHandsApp } from '../app.ts';
import { messageClassesFor } from '../express-messages/message-classes.ts';
import { ConfigurationError } from '../oss/errors.ts';
import { METRICS } from '../oss/first-process.ts';
import { loadServerConfig } from '../oss/load-server-config.ts';
import type { ServerConfig } from '../oss/server-config.ts';
import { type EndOrder, type EndOrders, SignalOrders } from '../server/end-orders.ts';
import { type DrainOptions, GracefulServer, RETIRING_MS } from '../server/graceful-server.ts';
import { startUpReport } from '../server/start-up-report.ts';
import { WORKER_NUMBER } from '../server/workers/messages.ts';
import type { WorkerLink } from '../server/workers/worker-link.ts';
import type { Terminal } from './command.ts';
import { serverLog } from './server-log.ts';

/** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Serves until it is told to end: by a signal, or in a worker by the first process. */
export async function serveUntilTold(terminal: Terminal): Promise<void> {
  const worker =
    terminal.env[WORKER_NUMBER] === undefined
      ? undefined
      : (await import('../server/workers/worker-link.ts')).WorkerLink.ofThisProcess(terminal.env);
  const log = serverLog(terminal, worker !== undefined);
  const app = await createApp(
    await loadServerConfig({
      env: terminal.env,
      claimsLater: true,
      ...(worker && { worker: worker.number, firstProcess: worker }),
      logTo: log,
    }),
  );
  try {
    await listenAndDrain(app, terminal, worker);
    // What it has counted goes on counting in the sum of all.
    await worker?.questions.volunteer(METRICS).catch(() => undefined);
  } finally {
    await app.close();
    await log.emptied();
  }
}

async function listenAndDrain(
  app: OpenHandsApp,
  terminal: Terminal,
  worker: WorkerLink | undefined,
): Promise<void> {
  const { config } = app;
  const server = new GracefulServer(app, messageClassesFor(app));
  const failed = new AbortController();
  const orders: EndOrders = worker ?? new SignalOrders();
  // Before it answers anybody, who may then want to end it. A second signal during the start ends it at once.
  const told = orders.first(failed.signal);
  const listening = await listenAndClaim(server, config).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  if (worker?.reports !== false) tellOfStart(app, listening, terminal);
  worker?.ready(config.environment.LOG_LEVEL);
  worker?.questions.onSilence((isSilent) =>
    config.log.warn(
      isSilent
        ? 'The first process does not answer: this worker counts rate limits alone, and tells no metrics'
        : 'The first process answers again',
    ),
  );

  const order = await told;
  const end = endFor(order, config);
  app.drain({ staysReady: order.how === 'retire' });
  if (order.how === 'drain')
    config.log.info(
      { signal: order.because, notice_ms: end.noticeMs },
      'Draining: /ready says no, requests are still answered',
    );
  orders.onNext((next) => {
    if (next.how === 'now') server.drainNow();
    else void server.drain({ noticeMs: 0, patienceMs: PATIENCE_MS });
  });
  const cut = await server.drain(end);
  if (cut > 0) config.log.warn({ requests: cut }, 'Requests were still in flight; they were cut off');
}

function tellOfStart(app: OpenHandsApp, { url, address }: Listening, terminal: Terminal): void {
  const { config } = app;
  for (const { fields, message } of startUpReport(app, url)) {
    if (process.stdout.isTTY) terminal.out(message);
    else config.log.info(fields, message);
  }
  const warning = config.exposureWarning(address);
  if (warning === undefined) return;
  if (process.stdout.isTTY) terminal.out(`Warning: ${warning}`);
  else config.log.warn({ address }, warning);
}

function endFor({ how, because }: EndOrder, { environment }: ServerConfig): DrainOptions {
  if (how === 'retire') return { noticeMs: 0, patienceMs: RETIRING_MS, keepsIdle: true };
  if (how === 'now') return { noticeMs: 0, patienceMs: 0 };
  // A person who presses Ctrl-C is no load balancer, and without the first process nobody can connect.
  return { noticeMs: because === 'SIGTERM' ? environment.SHUTDOWN_DELAY : 0, patienceMs: PATIENCE_MS };
}

/** Claims only once it listens, so that a start whose port is in use leaves the store to whom it belongs. */
async function listenAndClaim(server: GracefulServer, config: ServerConfig): Promise<Listening> {
  const listening = await listen(server, config);
  try {
    await config.claimNow();
  } catch (error) {
    await server.drain({ noticeMs: 0, patienceMs: 0 });
    throw error;
  }
  return listening;
}

interface Listening {
  readonly url: string;
  readonly address: string;
}

async function listen(server: GracefulServer, { environment }: ServerConfig): Promise<Listening> {
  const { HOST, PORT } = environment;
  try {
    const { port, address } = await server.listen(PORT, HOST);
    return { url: `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}`, address };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hints: Record<string, string> = {
      EADDRINUSE: `Port ${PORT} of ${HOST} is in use. Set PORT to another one, or end the program that has it.`,
      EACCES: `Port ${PORT} may not be used by this user. Set PORT to one above 1023.`,
    };
    throw new ConfigurationError(
      hints[code ?? ''] ?? `Cannot listen on ${HOST}, port ${PORT}: set HOST and PORT. (${message})`,
    );
  }
}

import { createApp, type OpenHandsApp } from '../app.ts';
import { messageClassesFor } from '../express-messages/message-classes.ts';
import { ConfigurationError } from '../oss/errors.ts';
import { loadServerConfig } from '../oss/load-server-config.ts';
import type { ServerConfig } from '../oss/server-config.ts';
import { GracefulServer } from '../server/graceful-server.ts';
import { startUpReport } from '../server/start-up-report.ts';
import type { Command, Terminal } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { failureText } from './failure-text.ts';
import { terminalLog } from './terminal-log.ts';

/** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
const PATIENCE_MS = 10_000;

/** `openhands-express serve`, which `server.ts` is as well: one process of the edition that the environment names. */
export const serve: Command = {
  usage: `serve

Runs the server until SIGTERM or SIGINT. Its configuration is in the environment, and in a file .env in the working
directory: what the environment has already wins.`,

  more: async (columns) => (await import('./variable-list.ts')).variableList(columns),

  async run(args, terminal) {
    parseCommandLine({ args: [...args], allowPositionals: false, options: {} });
    try {
      await serveUntilSignal(terminal);
      return 0;
    } catch (error) {
      const text = failureText(error);
      if (text === undefined) throw error;
      terminal.error(`openhands-express: ${text}`);
      return 1;
    }
  },
};

async function serveUntilSignal(terminal: Terminal): Promise<void> {
  const app = await createApp(
    await loadServerConfig({
      env: terminal.env,
      claimsLater: true,
      ...(process.stdout.isTTY && { logTo: terminalLog((line) => terminal.out(line)) }),
    }),
  );
  try {
    await listenAndDrain(app, terminal);
  } finally {
    await app.close();
  }
}

async function listenAndDrain(app: OpenHandsApp, terminal: Terminal): Promise<void> {
  const { config } = app;
  const server = new GracefulServer(app, messageClassesFor(app));
  const failed = new AbortController();
  // Before it answers anybody, who may then want to end it. A second signal during the start ends it at once.
  const signaled = firstSignal(failed.signal);
  const { url, address } = await listenAndClaim(server, config).catch((error: unknown) => {
    failed.abort();
    throw error;
  });
  for (const { fields, message } of startUpReport(app, url)) {
    if (process.stdout.isTTY) terminal.out(message);
    else config.log.info(fields, message);
  }
  const warning = config.exposureWarning(address);
  if (warning !== undefined) {
    if (process.stdout.isTTY) terminal.out(`Warning: ${warning}`);
    else config.log.warn({ address }, warning);
  }

  const signal = await signaled;
  process.on('SIGTERM', () => server.drainNow()).on('SIGINT', () => server.drainNow());
  app.drain();
  // A person who presses Ctrl-C is no load balancer.
  const noticeMs = signal === 'SIGINT' ? 0 : config.environment.SHUTDOWN_DELAY;
  config.log.info({ signal, notice_ms: noticeMs }, 'Draining: /ready says no, requests are still answered');
  const cut = await server.drain({ noticeMs, patienceMs: PATIENCE_MS });
  if (cut > 0) config.log.warn({ requests: cut }, 'Requests were still in flight; they were cut off');
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

/** @param forget - ends the waiting, and leaves signals to others. */
function firstSignal(forget: AbortSignal): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.once(name, resolve);
      forget.addEventListener('abort', () => process.off(name, resolve));
    }
  });
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

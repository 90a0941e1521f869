/** Runs an edition as a server: `npm start`, or `npm run start:enterprise`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type OpenHandsApp } from './lib/app.ts';
import { ConfigurationError } from './lib/oss/errors.ts';
import { loadServerConfig } from './lib/oss/load-server-config.ts';

/** How long requests in flight may take to finish after SIGTERM, in milliseconds. */
const DRAIN_MS = 10_000;

/** Ends with one line that says what to do, where more would not help. */
function exitWith(line: string): never {
  process.stderr.write(`openhands-express: ${line}\n`);
  process.exit(1);
}

/** As Node's `--env-file-if-exists`, which Node 20 lacks; what is set already wins. */
function loadEnvFile(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') exitWith(`.env cannot be read: ${String(error)}`);
  }
}

async function start(): Promise<OpenHandsApp> {
  try {
    return await createApp(await loadServerConfig({ env: process.env }));
  } catch (error) {
    if (error instanceof ConfigurationError) exitWith(error.message);
    throw error;
  }
}

loadEnvFile();
const app = await start();
const { config } = app;
const { HOST, PORT, FILE_STORE_PATH, GITHUB_BASE_URL } = config.environment;
const server = createServer(app);
let draining = false;

/** Takes no more connections, lets requests in flight finish, and ends. */
function drain(): void {
  if (draining) return;
  draining = true;
  server.close(() => void app.close().finally(() => process.exit(0)));
  server.closeIdleConnections();
  setTimeout(() => {
    config.log.warn('Requests were still in flight; their connections are closed.');
    server.closeAllConnections();
  }, DRAIN_MS).unref();
}
process.on('SIGTERM', drain);
process.on('SIGINT', drain);
server.on('request', (_req, res) => {
  // A connection whose last request ends while draining would otherwise be kept alive for some seconds.
  res.once('close', () => draining && setImmediate(() => server.closeIdleConnections()));
});

server.on('error', (error: NodeJS.ErrnoException) => {
  const hints: Record<string, string> = {
    EADDRINUSE: `Port ${PORT} of ${HOST} is in use. Set PORT to another one, or end the program that has it.`,
    EACCES: `Port ${PORT} may not be used by this user. Set PORT to one above 1023.`,
  };
  exitWith(
    hints[error.code ?? ''] ??
      `Cannot listen on ${HOST}, port ${PORT}: set HOST and PORT. (${error.message})`,
  );
});
server.listen(PORT, HOST);
await once(server, 'listening');

const { port } = server.address() as AddressInfo;
const host = HOST.includes(':') ? `[${HOST}]` : HOST;
console.log(`openhands-express (${config.appMode}) listens on http://${host}:${port}`);
console.log(`Files: ${FILE_STORE_PATH} · GitHub: ${GITHUB_BASE_URL}`);

/** Runs an edition as a server: `npm start`, or `npm run start:enterprise`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
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

async function start(): Promise<OpenHandsApp> {
  try {
    return await createApp(await loadServerConfig({ env: process.env }));
  } catch (error) {
    if (error instanceof ConfigurationError) exitWith(error.message);
    throw error;
  }
}

const app = await start();
const { config } = app;
const { HOST, PORT, FILE_STORE_PATH } = config.environment;
const server = createServer(app);

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

const address = server.address();
const port = typeof address === 'object' && address ? address.port : PORT;
const host = HOST.includes(':') ? `[${HOST}]` : HOST;
console.log(`openhands-express (${config.appMode}) listens on http://${host}:${port}`);
console.log(`Files: ${FILE_STORE_PATH} · GitHub: ${config.environment.GITHUB_BASE_URL}`);

let draining = false;

/** Takes no more connections, lets requests in flight finish, and ends. */
function drain(): void {
  if (draining) return;
  draining = true;
  // Since Node 19 this also closes connections that are kept alive and idle.
  server.close(() => void app.close().finally(() => process.exit(0)));
  setTimeout(() => {
    config.log.warn('Requests were still in flight; their connections are closed.');
    server.closeAllConnections();
  }, DRAIN_MS).unref();
}
process.on('SIGTERM', drain);
process.on('SIGINT', drain);

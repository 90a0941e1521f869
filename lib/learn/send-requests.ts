import { createServer, request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SentRequest } from './requests-file.ts';

/** In milliseconds: who has not answered by then never will. */
const PATIENCE = 5000;

/** Serves an app on a free port of this machine, and sends it requests, one after the other. */
export async function sendRequests(app: RequestListener, requests: readonly SentRequest[]): Promise<void> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject).listen(0, '127.0.0.1', resolve);
  });
  try {
    for (const one of requests) await send(server, one);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** An answer that never comes, or breaks off, is what the report tells of. */
function send(server: Server, { method, path, headers, body }: SentRequest): Promise<void> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    // Each has a connection of its own: one that breaks off would take the next request with it.
    const options = { host: '127.0.0.1', port, method, path, headers, timeout: PATIENCE, agent: false };
    const sent = request(options, (res) => {
      res.resume().on('close', resolve);
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve());
    sent.end(body);
  });
}

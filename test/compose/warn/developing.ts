import { once } from 'node:events';
import { type ClientRequest, request, type RequestOptions } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import express, { type RequestHandler } from 'express';

/** A log that keeps its lines, and the ids of the development warnings among them. */
export function recorder() {
  const lines: string[] = [];
  return {
    lines,
    log: {
      warn: (_details: object, message: string) => void lines.push(message),
    },
    /** The ids so far, in their order. */
    ids: () => lines.map((line) => line.slice(0, 4)),
  };
}

/** A request that a handler has, while its client waits. */
export interface HeldRequest {
  readonly client: ClientRequest;
  readonly res: express.Response;
  /** Ends the request and the server, whatever has become of it. */
  end(): void;
}

/**
 * Sends one GET to an app that uses a handler, and returns once the handler and its microtasks have run.
 *
 * @param options - with the beginning of a body, the request is not ended.
 */
export async function hold(
  handler: RequestHandler,
  { body, ...options }: RequestOptions & { readonly body?: string } = {},
): Promise<HeldRequest> {
  const app = express();
  const came = new Promise<express.Response>((resolve) => {
    app.use((_req, res, next) => {
      next();
      resolve(res);
    });
  });
  const server = app.use(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = request({ port, ...options });
  client.on('error', () => undefined);
  if (body === undefined) client.end();
  else client.write(body);
  const res = await came;
  await setImmediate();
  return {
    client,
    res,
    end() {
      client.destroy();
      server.close();
      server.closeAllConnections();
    },
  };
}

import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

/** Something that takes requests, behind a server that listens, for as long as `use` takes. */
export async function serving<T>(
  listener: RequestListener,
  use: (server: Server) => Promise<T>,
  options: ServerOptions = {},
): Promise<T> {
  const server = createServer(options, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await use(server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

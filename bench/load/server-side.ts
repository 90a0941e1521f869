/** The end of a contender that is in its own process. */
import { once } from 'node:events';
import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a contender says when it can be put under load. */
export interface Ready {
  readonly port: number;
  readonly path: string;
  /** One for each user who is signed in; none where nobody has to be. */
  readonly cookies: readonly string[];
}

export interface Usage {
  readonly rss: number;
  readonly cpuMicros: number;
}

/** Listens, and says so; then tells what the process has used, whenever it is asked. */
export async function takePart(
  listener: RequestListener,
  cookies: readonly string[] = [],
  options: ServerOptions = {},
): Promise<void> {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ rss: process.memoryUsage.rss(), cpuMicros: user + system } satisfies Usage);
  });
  process.once('disconnect', () => process.exit());
  const server = createServer(options, listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  process.send?.({ port, path: '/api/settings', cookies } satisfies Ready);
}

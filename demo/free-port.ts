import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port of the loopback interface that nobody listens on.
 *
 * @param preferred Taken when it is free, so that an address stays the same from one run to the next.
 */
export async function freePort(preferred = 0): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(preferred, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return freePort();
  }
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

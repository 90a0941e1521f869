import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Systems give ports from 32768 on to connections, and to servers that ask for any: one from below stays free. */
const LOWEST = 20_000;
const ABOVE_HIGHEST = 32_768;

/**
 * A port of the loopback interface that nobody listens on. It is still there when a server that is being started, or
 * started again, takes it.
 *
 * @param preferred Taken when it is free, so that an address stays the same from one run to the next.
 */
export async function freePort(preferred = randomInt(LOWEST, ABOVE_HIGHEST)): Promise<number> {
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

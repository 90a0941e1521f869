import { setTimeout as delay } from 'node:timers/promises';

/** For a process that is started, on a machine that does other work as well. */
export const STARTED_WITHIN_MS = 120_000;

/**
 * What `attempt` gives as soon as it does not reject; for what takes a while to become true.
 *
 * @throws the last rejection, when `withinMs` are over.
 */
export async function eventually<T>(attempt: () => Promise<T> | T, withinMs = 30_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(50);
    }
  }
}

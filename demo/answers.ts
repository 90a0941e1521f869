import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a server that is starting up answers.
 *
 * @param url Asked again and again until it answers 2xx.
 * @param patienceMs How long to go on asking.
 * @returns Whether it answered in time.
 */
export async function answers(url: string, patienceMs = 30_000): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    // Nobody listens yet: that is what the next round is for.
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return true;
    await delay(50);
  }
  return false;
}

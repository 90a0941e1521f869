import { setTimeout as delay } from 'node:timers/promises';

export interface Patience {
  /** How long to go on asking, in milliseconds; half a minute by default. */
  readonly patienceMs?: number;
  /** Ends the asking before that. */
  readonly signal?: AbortSignal;
}

/**
 * Waits until a server that is starting up answers.
 *
 * @param url Asked again and again until it answers 2xx.
 * @returns Whether it answered in time.
 */
export async function answers(url: string, { patienceMs = 30_000, signal }: Patience = {}): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline && signal?.aborted !== true) {
    // Nobody listens yet: that is what the next round is for.
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return true;
    await delay(50);
  }
  return false;
}

import { setTimeout as delay } from 'node:timers/promises';

/** Waits for some milliseconds, or until the signal; keeps no process alive. */
export async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

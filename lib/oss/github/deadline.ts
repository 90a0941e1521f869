import { whenLate } from '../../time-limit.ts';

/**
 * Runs `fn` with a signal that aborts after `ms`, and when `signal` does.
 *
 * A timer of its own, because what `AbortSignal.any` makes of `AbortSignal.timeout` can be collected as garbage before the
 * time is up (https://github.com/nodejs/node/issues/57736).
 *
 * @param ms - milliseconds
 */
export async function withDeadline<T>(
  ms: number,
  signal: AbortSignal | undefined,
  fn: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort(signal?.reason);
  const stop = whenLate(ms, () => controller.abort(new Error(`No whole answer within ${ms} ms.`)));
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await fn(controller.signal);
  } finally {
    stop();
    signal?.removeEventListener('abort', abort);
  }
}

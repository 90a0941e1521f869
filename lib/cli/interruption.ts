const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Lets a command end between two steps instead of in the middle of one.
 *
 * @returns a signal that is aborted when the process is asked to end. When it is asked once more, it ends at once, as it
 *   would have without this.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    for (const signal of SIGNALS) process.off(signal, abort);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, abort);
  return controller.signal;
}

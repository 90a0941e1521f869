import type { Worker } from 'node:cluster';

/**
 * Closes the connection that a worker dies with before it has taken it. Node hands connections to a worker one at a time,
 * and forgets the one that was on its way: its client would wait for ever.
 */
export function closeWhatIsLost(worker: Worker): void {
  const child = worker.process;
  const send = child.send.bind(child) as (...args: unknown[]) => boolean;
  let handed: { close?: () => void } | undefined;
  child.send = (...args: unknown[]) => {
    if (args[1]) handed = args[1];
    return send(...args);
  };
  // One that was taken is closed in this process already, and a second time does nothing.
  worker.once('exit', () => handed?.close?.());
}

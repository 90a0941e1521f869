import type { Request } from 'express';

/** A signal that aborts when the client of a request leaves before it has its answer. */
export function clientSignal({ res }: Request): AbortSignal {
  const controller = new AbortController();
  const left = (): void => {
    if (res?.writableFinished !== true) controller.abort();
  };
  if (res?.destroyed === true) left();
  else res?.once('close', left);
  return controller.signal;
}

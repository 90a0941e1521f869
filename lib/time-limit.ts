/**
 * How long somebody else may take: a server, another process, a client who sends.
 *
 * A process that is busy, or was stopped, finds its timers due before it has read what has arrived meanwhile, and may not
 * even have sent its question. That says nothing of the other one. So what is there is read first, and where this process
 * has used the time up by itself, the other one gets it once more.
 */
import { performance } from 'node:perf_hooks';

/** A timer that is later than this, in milliseconds, says that this process was busy, and not who was to answer. */
const BUSY_MS = 50;

/**
 * Calls back when somebody else has had so much time; after at most twice as long, and what this process stood still.
 *
 * @param ms - how long, in milliseconds.
 * @returns ends the waiting.
 */
export function whenLate(ms: number, onLate: () => void): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout;
  const wait = (onTimeUp: (lateBy: number) => void): void => {
    const due = performance.now() + ms;
    const timeUp = (): void => {
      if (!isOver) onTimeUp(performance.now() - due);
    };
    timer = setTimeout(() => setImmediate(timeUp), ms);
  };
  wait((lateBy) => {
    if (lateBy < BUSY_MS) onLate();
    else wait(onLate);
  });
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/**
 * Waits for an answer.
 *
 * @param ms - how long, in milliseconds.
 * @throws what `late` makes when there is no answer in time, and otherwise as `answer` does.
 */
export function within<T>(ms: number, answer: Promise<T>, late: () => Error): Promise<T> {
  return withTimeLimit(ms, (limit) => limit.wait(answer, late));
}

/** The time for several answers that are waited for one after the other. */
export interface TimeLimit {
  /** How long it is, in milliseconds. */
  readonly ms: number;
  /** @throws what `late` makes when the time is up, and otherwise as `answer` does. */
  wait<T>(answer: Promise<T>, late: () => Error): Promise<T>;
}

/** Runs `fn`, all of whose answers have so many milliseconds together. */
export async function withTimeLimit<T>(ms: number, fn: (limit: TimeLimit) => Promise<T>): Promise<T> {
  const waiting = new Set<() => void>();
  let isUp = false;
  const stop = whenLate(ms, () => {
    isUp = true;
    for (const timeUp of waiting) timeUp();
  });
  const wait: TimeLimit['wait'] = (answer, late) =>
    new Promise((resolve, reject) => {
      const timeUp = (): void => reject(late());
      waiting.add(timeUp);
      answer.then(resolve, reject).finally(() => waiting.delete(timeUp));
      if (isUp) timeUp();
    });
  try {
    return await fn({ ms, wait });
  } finally {
    stop();
  }
}

import { performance } from 'node:perf_hooks';

/** A timer that is later than this says that this process was busy, and not who was to answer. */
const BUSY_MS = 50;

/**
 * Waits for an answer.
 *
 * What has arrived while this process was busy is not late: it is read before the time counts as up, and what could not
 * even be sent gets its time once more.
 *
 * @param ms - how long, in milliseconds.
 * @throws what `late` makes when there is no answer in time, and otherwise as `answer` does.
 */
export function within<T>(ms: number, answer: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (onTimeUp: (lateBy: number) => void): void => {
      const due = performance.now() + ms;
      timer = setTimeout(() => setImmediate(() => onTimeUp(performance.now() - due)), ms);
    };
    let isOver = false;
    const end = (): void => {
      isOver = true;
      clearTimeout(timer);
    };
    wait((lateBy) => {
      if (isOver) return;
      if (lateBy < BUSY_MS) reject(late());
      else wait(() => reject(late()));
    });
    answer.then(resolve, reject).finally(end);
  });
}

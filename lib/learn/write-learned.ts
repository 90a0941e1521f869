import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMainThread, threadId } from 'node:worker_threads';
import { LEARN_FOLDER, LEARN_PACKAGES } from './learn-folder.ts';
import type { Learned } from './trace.ts';
import { Recorder, setActiveRecorder } from './watch/recorder.ts';

/**
 * In milliseconds: who is killed at once loses what was learned since. Test runners do that to workers that are slow to
 * end, so what was learned is written as soon as nothing more comes, and now and then while it does.
 */
const TICK = 50;
const TICKS_AT_MOST = 20;

/** What stands in the file of a thread until it ends by itself: one that is terminated is not told of its end. */
const UNFINISHED =
  'A worker thread was terminated before it had written all that it learned. With Vitest, set --pool=forks.';

/** Keeps what all apps of this process do, and writes it into a file of its own, now and then and at the exit. */
export function writeLearned(): void {
  // eslint-disable-next-line no-restricted-properties -- it runs in front of a program that has no configuration of ours
  const { [LEARN_FOLDER]: folder = '', [LEARN_PACKAGES]: packages } = process.env;
  if (folder === '') return;
  const recorder = new Recorder({
    namesPackages: packages !== undefined,
    ...(!isMainThread && {
      onFirstRequest: () => write({ apps: [], traces: [], notes: [UNFINISHED] }),
    }),
  });
  setActiveRecorder(recorder);
  const file = join(folder, `${process.pid}-${threadId}.json`);
  let written = '';

  function write(learned: Learned): void {
    const text = JSON.stringify(learned);
    if (text === written) return;
    if (!isOurs(folder)) return;
    writeFileSync(file, text);
    written = text;
  }

  let ticks = 0;
  setInterval(() => {
    const isBusy = recorder.settle();
    if (isBusy || ticks > 0) ticks += 1;
    if (ticks === 0 || (isBusy && ticks < TICKS_AT_MOST)) return;
    ticks = 0;
    const learned = recorder.settled();
    write(isMainThread ? learned : { ...learned, notes: [...learned.notes, UNFINISHED] });
  }, TICK).unref();
  function writeAll(): void {
    const learned = recorder.learned();
    if (learned.traces.length > 0) write(learned);
  }

  process.on('exit', writeAll);
  // Test runners end their workers so. A thread gets no signals.
  if (isMainThread) onTermination(writeAll);
}

/**
 * Whether the folder is still the one of the command, which takes it away in the end: who goes on then writes for nobody. On a
 * machine with other users, one of them could have made another of that name, to have us write where its links lead.
 */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}

/** Does something before a signal ends the process, which it does then as it would have done. */
function onTermination(act: () => void): void {
  process.once('SIGTERM', () => {
    act();
    // Who else listens decides what the signal does.
    if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
  });
}

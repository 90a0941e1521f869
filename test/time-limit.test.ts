import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { whenLate, within, withTimeLimit } from '../lib/time-limit.ts';

/** What the other one is given, in milliseconds; several times as long this process is busy. */
const LIMIT_MS = 50;
const BUSY_MS = 300;

const late = () => new Error('late');
const never = new Promise<never>(() => undefined);

describe('How long somebody else may take', () => {
  let other: Worker;
  /** How much it has answered, whether or not that has been read here. */
  let answers: Int32Array;
  let asked: number;

  beforeEach(() => {
    answers = new Int32Array(new SharedArrayBuffer(4));
    asked = 0;
    // In a thread of its own.
    const answering = `const { parentPort, workerData } = require('worker_threads');
      parentPort.on('message', (question) => {
        parentPort.postMessage(question);
        Atomics.add(workerData, 0, 1);
      });`;
    other = new Worker(answering, { eval: true, workerData: answers });
  });
  afterEach(() => other.terminate());

  const ask = async (question: string): Promise<unknown> => {
    const answer = once(other, 'message');
    other.postMessage(question);
    asked += 1;
    return ((await answer) as unknown[])[0];
  };

  /** Reads nothing for so long, and until all that was asked is answered. */
  function beBusy(ms = 0): void {
    for (const end = performance.now() + ms; performance.now() < end || Atomics.load(answers, 0) < asked;);
  }

  /** The answer can be read. */
  const askAndBeBusy = (question: string): Promise<unknown> => {
    const answer = ask(question);
    beBusy();
    return answer;
  };

  it('is over when there is no answer', async () => {
    await assert.rejects(within(LIMIT_MS, never, late), { message: 'late' });
    await assert.rejects(within(LIMIT_MS, Promise.reject(new Error('no')), late), { message: 'no' });
  });

  it('does not end with an answer that came while this process was busy', async () => {
    const answer = within(LIMIT_MS, ask('a'), late);
    beBusy(BUSY_MS);
    assert.equal(await answer, 'a');
  });

  it('begins once more when this process could not even ask, and then ends', async () => {
    const answer = within(
      LIMIT_MS,
      new Promise(setImmediate).then(() => askAndBeBusy('b')),
      late,
    );
    const none = within(LIMIT_MS, never, late);
    beBusy(BUSY_MS);
    assert.equal(await answer, 'b');
    await assert.rejects(none, { message: 'late' });
  });

  it('is one for several answers, and busy times in between use up none of it', async () => {
    const answers = await withTimeLimit(LIMIT_MS, async (limit) => {
      const first = await limit.wait(askAndBeBusy('c'), late);
      beBusy(BUSY_MS);
      // By now its timer has gone off.
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      return [first, await limit.wait(askAndBeBusy('d'), late)];
    });
    assert.deepEqual(answers, ['c', 'd']);

    const waited = withTimeLimit(LIMIT_MS, async (limit) => {
      await limit.wait(never, late).catch(() => undefined);
      return limit.wait(never, late);
    });
    await assert.rejects(waited, { message: 'late' });
  });

  it('is not over for those who have their answer', async () => {
    let isLate = false;
    const stop = whenLate(1, () => (isLate = true));
    // Goes off right behind the timer of the limit.
    setTimeout(stop, 1);
    beBusy(10);
    await within(LIMIT_MS, never, late).catch(() => undefined);
    assert.equal(isLate, false);
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { whenLate, within, withTimeLimit } from '../lib/time-limit.ts';
import { beBusy } from './be-busy.ts';

/** What the other one is given, in milliseconds; several times as long this process is busy. */
const LIMIT_MS = 50;
const BUSY_MS = 300;

const late = () => new Error('late');
const never = new Promise<never>(() => undefined);

describe('How long somebody else may take', () => {
  let other: Worker;

  before(async () => {
    // Answers at once, in a thread of its own.
    other = new Worker(
      "require('worker_threads').parentPort.on('message', (m) => require('worker_threads').parentPort.postMessage(m))",
      {
        eval: true,
      },
    );
    other.postMessage('ready');
    await once(other, 'message');
  });
  after(() => other.terminate());

  const ask = async (question: string): Promise<unknown> => {
    const answer = once(other, 'message');
    other.postMessage(question);
    return ((await answer) as unknown[])[0];
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
      new Promise(setImmediate).then(() => ask('b')),
      late,
    );
    const none = within(LIMIT_MS, never, late);
    beBusy(BUSY_MS);
    assert.equal(await answer, 'b');
    await assert.rejects(none, { message: 'late' });
  });

  it('is one for several answers, and busy times in between use up none of it', async () => {
    const answers = await withTimeLimit(LIMIT_MS, async (limit) => {
      const first = await limit.wait(ask('c'), late);
      beBusy(BUSY_MS);
      return [first, await limit.wait(ask('d'), late)];
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

import assert from 'node:assert/strict';
import { type QuestionOrAnswer, Questions } from '../../../lib/server/workers/questions.ts';

const ANSWER_MS = 20;

describe('Questions between two processes', () => {
  let asking: Questions;
  let answering: Questions;
  /** What was sent to a process that is stopped, which it reads when it goes on. */
  let unread: QuestionOrAnswer[];
  let isStopped: boolean;
  let silences: boolean[];

  beforeEach(() => {
    unread = [];
    isStopped = false;
    silences = [];
    asking = new Questions({
      send: (message) => {
        if (isStopped) unread.push(message);
        else answering.hear(message);
      },
      answerMs: ANSWER_MS,
    });
    answering = new Questions({ send: (message) => asking.hear(message), answerMs: ANSWER_MS });
    asking.onSilence((isSilent) => silences.push(isSilent));
    answering.onAsked('double', (content) => Number(content) * 2);
  });

  /** Resolves when what was sent is answered. */
  async function goOn(): Promise<void> {
    isStopped = false;
    for (const message of unread.splice(0)) answering.hear(message);
    await new Promise(setImmediate);
  }

  it('are answered, also when there is no answer', async () => {
    assert.equal(await asking.ask('double', 4), 8);
    await assert.rejects(asking.ask('weather'), { message: /Nobody answers questions about weather/ });
    assert.deepEqual(silences, []);
  });

  it('are given up when the other one is stopped, and nobody waits for it again until it goes on', async () => {
    isStopped = true;
    const silent = { message: 'The other process does not answer.' };
    await Promise.all([1, 2].map((content) => assert.rejects(asking.ask('double', content), silent)));
    assert.deepEqual(silences, [true]);
    // Nor is anything more sent, which would pile up.
    for (let times = 0; times < 100; times++) await assert.rejects(asking.ask('double', 3), silent);
    assert.equal(unread.length, 2);

    await goOn();
    assert.deepEqual(silences, [true, false]);
    assert.equal(await asking.ask('double', 5), 10);
  });

  it('are over when the other one is gone', async () => {
    isStopped = true;
    const asked = asking.ask('double', 1);
    asking.end();
    await assert.rejects(asked, { message: 'The other process is gone.' });
  });
});

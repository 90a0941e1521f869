import assert from 'node:assert/strict';
import { type QuestionOrAnswer, Questions } from '../../../lib/server/workers/questions.ts';

const RECEIPT_MS = 20;
const LIMITS = { receiptMs: RECEIPT_MS, answerMs: 20 };

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
      ...LIMITS,
    });
    answering = new Questions({
      send: (message) => asking.hear(message),
      ...LIMITS,
    });
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

  it('are answered late by who takes longer than to say that the question has come, and is not silent', async () => {
    let answerNow: (content: string) => void = () => undefined;
    const patient: Questions = new Questions({
      send: (message) => slow.hear(message),
      receiptMs: RECEIPT_MS,
      answerMs: 30_000,
    });
    const slow = new Questions({ ...LIMITS, send: (message) => patient.hear(message) });
    patient.onSilence((isSilent) => silences.push(isSilent));
    slow.onAsked('slow', () => new Promise((resolve) => (answerNow = resolve)));
    const asked = patient.ask('slow');
    // It is asked later, and so given up later than the first would be.
    const unheard = new Questions({ ...LIMITS, send: () => undefined });
    await assert.rejects(unheard.ask('slow'), { message: 'The other process does not answer.' });
    answerNow('at last');
    assert.equal(await asked, 'at last');
    assert.deepEqual(silences, []);
  });

  it('are given up when the answer takes too long, and others are asked and answered all the same', async () => {
    answering.onAsked('never', () => new Promise(() => undefined));
    await assert.rejects(asking.ask('never'), { message: 'The other process has not answered in time.' });
    assert.deepEqual(silences, []);
    assert.equal(await asking.ask('double', 2), 4);
  });

  describe('of another version, which knows of no receipts', () => {
    it('are answered, and it is silent only where no answer comes in time', async () => {
      const older = new Questions({
        // It does not say what it would have to be asked for.
        send: (message) => {
          if (message.kind === 'question') {
            const { wantsReceipt, ...question } = message;
            assert.equal(wantsReceipt, true);
            answering.hear(question);
          }
        },
        ...LIMITS,
      });
      const heard: string[] = [];
      answering = new Questions({
        send: (message) => {
          heard.push(message.kind);
          older.hear(message);
        },
        ...LIMITS,
      });
      answering.onAsked('double', (content) => Number(content) * 2);
      answering.onAsked('never', () => new Promise(() => undefined));
      assert.equal(await older.ask('double', 4), 8);
      // It would take a receipt for a question, and answer that.
      assert.deepEqual(heard, ['answer']);
      await assert.rejects(older.ask('never'), { message: 'The other process does not answer.' });
    });
  });

  it('are over when the other one is gone', async () => {
    isStopped = true;
    const asked = asking.ask('double', 1);
    asking.end();
    await assert.rejects(asked, { message: 'The other process is gone.' });
  });
});

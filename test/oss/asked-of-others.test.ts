import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { type AnswerOfWorker, type AskedByWorker, AskedOfOthers } from '../../lib/oss/asked-of-others.ts';
import { Questions } from '../../lib/server/workers/questions.ts';

const TOPIC = 'requests';
const LIMITS = { receiptMs: 1_000, answerMs: 2_000 };

/** Both ends of the way between a worker and the first process. */
class LinkedWorker {
  state: 'starting' | 'serving' | 'retiring' = 'serving';
  readonly ended: Promise<void>;
  /** At the first process. */
  readonly questions: Questions;
  readonly id: number;
  readonly #here: Questions;
  #end!: () => void;

  constructor(id: number) {
    this.id = id;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.questions = new Questions({ send: (message) => this.#here.hear(message), ...LIMITS });
    this.#here = new Questions({ send: (message) => this.questions.hear(message), ...LIMITS });
    this.#here.onAsked(TOPIC, (asked) => `${id} of ${(asked as AskedByWorker).others}`);
  }

  ask(): Promise<readonly AnswerOfWorker[]> {
    return this.#tell({ question: 'news' });
  }

  async endTelling(last: Readonly<Record<number, string>>): Promise<void> {
    await this.#tell({ last });
    this.#end();
  }

  #tell(told: unknown): Promise<readonly AnswerOfWorker[]> {
    return this.#here.ask(TOPIC, told) as Promise<readonly AnswerOfWorker[]>;
  }
}

describe('What a worker asks all others', () => {
  let asked: AskedOfOthers;

  beforeEach(() => {
    asked = new AskedOfOthers(TOPIC);
  });
  afterEach(() => mock.timers.reset());

  function start(id: number): LinkedWorker {
    const worker = new LinkedWorker(id);
    asked.add(worker);
    return worker;
  }

  it('is answered by all that have started, and for the last time by those that end', async () => {
    const [one, , third, starting] = [start(1), start(2), start(3), start(4)];
    starting.state = 'starting';
    assert.deepEqual(await one.ask(), [
      { workerId: 2, answer: '2 of 2' },
      { workerId: 3, answer: '3 of 2' },
    ]);
    await third.endTelling({ 1: 'last of 3', 4: 'for nobody who asks' });
    assert.deepEqual(await one.ask(), [
      { workerId: 2, answer: '2 of 1' },
      { workerId: 3, answer: 'last of 3' },
    ]);
    assert.deepEqual(await one.ask(), [{ workerId: 2, answer: '2 of 1' }]);
  });

  it('is kept no longer for one who does not come again', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const [one, other, third] = [start(1), start(2), start(3)];
    await other.endTelling({ 1: 'last of 2' });
    mock.timers.tick(6_000);
    await third.endTelling({ 1: 'last of 3' });
    mock.timers.tick(6_000);
    start(4);
    assert.deepEqual(
      (await one.ask()).map(({ answer }) => answer),
      ['4 of 1', 'last of 2', 'last of 3'],
    );
    await start(5).endTelling({ 1: 'last of 5' });
    mock.timers.tick(10_000);
    assert.deepEqual(await one.ask(), [{ workerId: 4, answer: '4 of 1' }]);
  });
});

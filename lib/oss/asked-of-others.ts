/**
 * What a worker asks all others of its server. Its question goes to the first process, which hands it to each of them, and
 * comes back with their answers.
 */

/** What a worker tells the first process: a question for the others, or, when it ends, its last answers to those who ask. */
export type ToldByWorker = QuestionToOthers | LastAnswers;

interface QuestionToOthers {
  readonly question: unknown;
}

interface LastAnswers {
  /** By the id of the worker that asks. */
  readonly last: Readonly<Record<number, unknown>>;
}

/** What a worker is asked by another one. */
export interface AskedByWorker extends QuestionToOthers {
  /** How many are asked. */
  readonly others: number;
}

/** What a worker has answered another one; without an answer it is there, and has not answered in time. */
export interface AnswerOfWorker {
  readonly workerId: number;
  readonly answer?: unknown;
}

/** A worker, as the first process sees it. */
interface AskedWorker {
  readonly id: number;
  readonly state: 'starting' | 'serving' | 'retiring';
  readonly ended: Promise<unknown>;
  readonly questions: {
    ask(topic: string, content: unknown): Promise<unknown>;
    onAsked(topic: string, answerer: (content: unknown) => unknown): void;
  };
}

/** One who asks comes again before that, in milliseconds, or not at all. */
const COMES_AGAIN_MS = 10_000;

/** What workers that have ended have told one who asks. */
interface ToldLast {
  readonly answers: readonly AnswerOfWorker[];
  readonly forget: NodeJS.Timeout;
}

/** In the first process: hands questions to the other workers. */
export class AskedOfOthers {
  readonly #topic: string;
  readonly #workers = new Set<AskedWorker>();
  /** By the id of who asks, until it comes again. */
  readonly #last = new Map<number, ToldLast>();

  /** @param topic - of a worker's question to the first process, and of that to each of the others. */
  constructor(topic: string) {
    this.#topic = topic;
  }

  add(worker: AskedWorker): void {
    this.#workers.add(worker);
    worker.questions.onAsked(this.#topic, (told) => this.#answer(worker, told as ToldByWorker));
    void worker.ended.then(() => {
      this.#workers.delete(worker);
      this.#takeLast(worker.id);
    });
  }

  async #answer(worker: AskedWorker, told: ToldByWorker): Promise<readonly AnswerOfWorker[]> {
    if ('question' in told) return this.#ask(worker, told);
    this.#keep(worker, told);
    return [];
  }

  async #ask(asking: AskedWorker, { question }: QuestionToOthers): Promise<readonly AnswerOfWorker[]> {
    const others = [...this.#workers].filter((worker) => worker !== asking && worker.state !== 'starting');
    const answers = await Promise.all(
      others.map(async ({ id: workerId, questions }) => ({
        workerId,
        // It is there, even where it does not answer in time.
        answer: await questions
          .ask(this.#topic, { question, others: others.length } satisfies AskedByWorker)
          .catch(() => undefined),
      })),
    );
    return [...answers, ...this.#takeLast(asking.id)];
  }

  #keep({ id: workerId }: AskedWorker, { last }: LastAnswers): void {
    for (const { id } of this.#workers) {
      if (last[id] === undefined) continue;
      const answers = [...this.#takeLast(id), { workerId, answer: last[id] }];
      this.#last.set(id, {
        answers,
        forget: setTimeout(() => this.#last.delete(id), COMES_AGAIN_MS).unref(),
      });
    }
  }

  #takeLast(id: number): readonly AnswerOfWorker[] {
    const last = this.#last.get(id);
    clearTimeout(last?.forget);
    this.#last.delete(id);
    return last?.answers ?? [];
  }
}

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

/** In the first process: hands questions to the other workers. */
export class AskedOfOthers {
  readonly #topic: string;
  readonly #workers = new Set<AskedWorker>();
  /** Of workers that have ended, for each that has not asked since. */
  readonly #last = new Map<number, AnswerOfWorker[]>();

  /** @param topic - of a worker's question to the first process, and of that to each of the others. */
  constructor(topic: string) {
    this.#topic = topic;
  }

  add(worker: AskedWorker): void {
    this.#workers.add(worker);
    worker.questions.onAsked(this.#topic, (told) => this.#answer(worker, told as ToldByWorker));
    void worker.ended.then(() => {
      this.#workers.delete(worker);
      this.#last.delete(worker.id);
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
    const last = this.#last.get(asking.id) ?? [];
    this.#last.delete(asking.id);
    return [...answers, ...last];
  }

  /** Until who asks comes again. */
  #keep({ id: workerId }: AskedWorker, { last }: LastAnswers): void {
    for (const { id } of this.#workers) {
      if (last[id] === undefined) continue;
      this.#last.set(id, [...(this.#last.get(id) ?? []), { workerId, answer: last[id] }]);
    }
  }
}

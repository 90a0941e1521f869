/** What one process asks the other. */
interface Question {
  readonly kind: 'question';
  readonly id: number;
  readonly topic: string;
  readonly content?: unknown;
}

interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly content?: unknown;
  /** Why there is none. */
  readonly error?: string;
}

export type QuestionOrAnswer = Question | Answer;

type Answerer = (content: unknown) => unknown;

/** Questions and answers between two processes, both ways. */
export class Questions {
  readonly #send: (message: QuestionOrAnswer) => void;
  readonly #answerers = new Map<string, Answerer>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  /** @param send - to the other process; what it hears comes to {@link hear} there. */
  constructor(send: (message: QuestionOrAnswer) => void) {
    this.#send = send;
  }

  /** Rejects when the other process has no answer, or is gone. */
  ask(topic: string, content?: unknown): Promise<unknown> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (answer) => {
        this.#waiting.delete(id);
        if (answer.error === undefined) resolve(answer.content);
        else reject(new Error(answer.error));
      });
      this.#send({ kind: 'question', id, topic, content });
    });
  }

  /** Answers what is asked of a topic from now on. */
  onAsked(topic: string, answerer: Answerer): void {
    this.#answerers.set(topic, answerer);
  }

  /** Tells the other process of its own accord what it would answer; nothing where it has no answer. */
  async volunteer(topic: string): Promise<void> {
    const answerer = this.#answerers.get(topic);
    if (answerer !== undefined) await this.ask(topic, await answerer(undefined));
  }

  hear(message: QuestionOrAnswer): void {
    if (message.kind === 'answer') this.#waiting.get(message.id)?.(message);
    else void this.#answer(message);
  }

  /** The other process is gone. */
  end(): void {
    for (const [id, settle] of this.#waiting) settle({ kind: 'answer', id, error: GONE });
  }

  async #answer({ id, topic, content }: Question): Promise<void> {
    const answerer = this.#answerers.get(topic);
    try {
      if (answerer === undefined) throw new Error(`Nobody answers questions about ${topic} here.`);
      this.#send({ kind: 'answer', id, content: await answerer(content) });
    } catch (error) {
      this.#send({ kind: 'answer', id, error: String(error) });
    }
  }
}

const GONE = 'The other process is gone.';

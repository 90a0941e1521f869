import { within } from '../../time-limit.ts';

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

export interface QuestionsOptions {
  /** To the other process; what it hears comes to {@link Questions.hear} there. */
  readonly send: (message: QuestionOrAnswer) => void;
  /** How long the other process may take to answer, in milliseconds. */
  readonly answerMs: number;
}

/** Questions and answers between two processes, both ways. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #answerers = new Map<string, Answerer>();
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;
  /** Whether a question has had no answer in time, and nothing was heard since. */
  #isSilent = false;
  #onSilence: (isSilent: boolean) => void = () => undefined;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /**
   * Rejects when the other process has no answer, is gone, or has not answered in time: it may be stopped. Until it is heard
   * again nobody waits for it. Its answer to the last question is what it will be heard by, so it is sent no more of them.
   */
  async ask(topic: string, content?: unknown): Promise<unknown> {
    if (this.#isSilent) throw new Error(SILENT);
    const id = ++this.#asked;
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.#options.send({ kind: 'question', id, topic, content });
    try {
      const { error, content: said } = await within(this.#options.answerMs, answered, () => this.#silent());
      if (error !== undefined) throw new Error(error);
      return said;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Tells when the other process does not answer, and when it is heard again. */
  onSilence(listener: (isSilent: boolean) => void): void {
    this.#onSilence = listener;
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
    this.#setSilent(false);
    if (message.kind === 'answer') this.#waiting.get(message.id)?.(message);
    else void this.#answer(message);
  }

  /** The other process is gone. */
  end(): void {
    for (const [id, settle] of this.#waiting) settle({ kind: 'answer', id, error: GONE });
  }

  #silent(): Error {
    this.#setSilent(true);
    return new Error(SILENT);
  }

  #setSilent(isSilent: boolean): void {
    if (this.#isSilent === isSilent) return;
    this.#isSilent = isSilent;
    this.#onSilence(isSilent);
  }

  async #answer({ id, topic, content }: Question): Promise<void> {
    const answerer = this.#answerers.get(topic);
    try {
      if (answerer === undefined) throw new Error(`Nobody answers questions about ${topic} here.`);
      this.#options.send({ kind: 'answer', id, content: await answerer(content) });
    } catch (error) {
      this.#options.send({ kind: 'answer', id, error: String(error) });
    }
  }
}

const GONE = 'The other process is gone.';
const SILENT = 'The other process does not answer.';

import { within } from '../../time-limit.ts';

/** What one process asks the other. */
interface Question {
  readonly kind: 'question';
  readonly id: number;
  readonly topic: string;
  readonly content?: unknown;
  /**
   * Whether a {@link Receipt} is heard for what it is. The first process is older than its workers after an upgrade, and younger
   * after one that is taken back: one that knows of none neither gives nor gets one, and its answers alone tell that it hears.
   */
  readonly wantsReceipt?: true;
}

/** Says at once that a question has come, however long its answer takes. */
interface Receipt {
  readonly kind: 'received';
  readonly id: number;
}

interface Answer {
  readonly kind: 'answer';
  readonly id: number;
  readonly content?: unknown;
  /** Why there is none. */
  readonly error?: string;
}

export type QuestionOrAnswer = Question | Receipt | Answer;

type Answerer = (content: unknown) => unknown;

export interface QuestionsOptions {
  /** To the other process; what it hears comes to {@link Questions.hear} there. */
  readonly send: (message: QuestionOrAnswer) => void;
  /** How long the other process may take to say that it has a question, in milliseconds: one that does not is silent. */
  readonly receiptMs: number;
  /** How long it may then take to answer, in milliseconds. */
  readonly answerMs: number;
}

/** Who waits for an answer. */
interface Waiting {
  readonly received: () => void;
  readonly answered: (answer: Answer) => void;
}

/** Questions and answers between two processes, both ways. */
export class Questions {
  readonly #options: QuestionsOptions;
  readonly #answerers = new Map<string, Answerer>();
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  /** Whether a question has had neither a receipt nor an answer in time, and nothing was heard since. */
  #isSilent = false;
  #onSilence: (isSilent: boolean) => void = () => undefined;

  constructor(options: QuestionsOptions) {
    this.#options = options;
  }

  /**
   * Rejects when the other process has no answer, is gone, has not answered in time, or is silent: it may be stopped. Until it
   * is heard again nobody waits for it. Its answer to the last question is what it will be heard by, so it is sent no more.
   */
  async ask(topic: string, content?: unknown): Promise<unknown> {
    if (this.#isSilent) throw new Error(SILENT);
    const { receiptMs, answerMs, send } = this.#options;
    const id = ++this.#asked;
    let received: () => void = () => undefined;
    const receipt = new Promise<void>((resolve) => (received = resolve));
    const answer = new Promise<Answer>((answered) => this.#waiting.set(id, { received, answered }));
    send({ kind: 'question', id, topic, content, wantsReceipt: true });
    try {
      await within(receiptMs, Promise.race([receipt, answer]), () => this.#silent());
      const { error, content: said } = await within(answerMs, answer, () => new Error(SLOW));
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
    if (message.kind === 'question') void this.#answer(message);
    else if (message.kind === 'received') this.#waiting.get(message.id)?.received();
    else this.#waiting.get(message.id)?.answered(message);
  }

  /** The other process is gone. */
  end(): void {
    for (const [id, { answered }] of this.#waiting) answered({ kind: 'answer', id, error: GONE });
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

  async #answer({ id, topic, content, wantsReceipt }: Question): Promise<void> {
    if (wantsReceipt === true) this.#options.send({ kind: 'received', id });
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
const SLOW = 'The other process has not answered in time.';
const SILENT = 'The other process does not answer.';

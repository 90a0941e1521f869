import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AnswerOfOther, News, NewsWanted, OtherProcesses } from '../../lib/inspector/other-processes.ts';

/** A process of a server, as far as the inspector sees it: what it asks the others, and what they answer. */
export class LinkedProcess implements OtherProcesses {
  readonly processId: number;
  readonly questions: NewsWanted[] = [];
  readonly last: Readonly<Record<number, News>>[] = [];
  /** What becomes of the answers on their way here. */
  onWay: (answers: readonly AnswerOfOther[]) => readonly AnswerOfOther[] = (answers) => answers;
  answer: (question: NewsWanted, others: number) => News = () => {
    throw new Error('Nobody has been asked.');
  };
  readonly #all: readonly LinkedProcess[];

  constructor(processId: number, all: readonly LinkedProcess[]) {
    this.processId = processId;
    this.#all = all;
  }

  async ask(question: NewsWanted): Promise<readonly AnswerOfOther[]> {
    this.questions.push(question);
    await nextTurn();
    const others = this.#all.filter((one) => one !== this);
    return this.onWay(
      others.map((one) => ({ processId: one.processId, news: one.answer(question, others.length) })),
    );
  }

  onAsked(answerer: LinkedProcess['answer']): void {
    this.answer = answerer;
  }

  tellLast(last: Readonly<Record<number, News>>): void {
    this.last.push(last);
  }
}

/**
 * How the processes of one server tell each other of their requests, so that a page shows those of all. One who is looked at
 * asks the others, and only as long as it is: a process that nobody asks writes nothing down for others. A question says what
 * of the last answer has arrived, since an answer that comes too late is lost.
 */

/** The other processes of a server, as one of them reaches them. */
export interface OtherProcesses {
  /** Tells this process from all others of the server, those that are about to end among them. */
  readonly processId: number;
  /** Asks all others. Rejects when there is no way to them. */
  ask(question: NewsWanted): Promise<readonly AnswerOfOther[]>;
  /** Answers what another one asks. */
  onAsked(answerer: (question: NewsWanted, others: number) => News): void;
  /** Tells those who ask for the last time: this process is about to end. @param last - by the process id of who asks. */
  tellLast(last: Readonly<Record<number, News>>): void;
}

/** What one who is looked at asks all others. */
export interface NewsWanted {
  readonly askedBy: number;
  /** The number of the answer that each has given last, by its process id; nothing of one who is to begin. */
  readonly heard: Readonly<Record<number, number>>;
}

/** What another process answers. */
export interface News {
  /** Its number. */
  readonly answer: number;
  /** In the order of their coming, so that those that came last are kept longest. */
  readonly told: readonly Told[];
  /** Whether there is more to tell already. */
  readonly hasMore: boolean;
}

/** News of a request. */
export interface Told {
  readonly id: number;
  /** Its record as JSON; left out when it is no longer kept. */
  readonly record?: string;
  readonly isPending: boolean;
}

/** The answer of one of the others; without news it is there, and has not answered in time. */
export interface AnswerOfOther {
  readonly processId: number;
  readonly news: News | undefined;
}

import type { FeedSource } from './live-feed.ts';
import type { News, NewsWanted, OtherProcesses, Told } from './other-processes.ts';

/** How much all others together answer to one question, in characters. */
const ANSWERS_AT_MOST = 256 * 1024;
/** What is told of a request besides its record, in characters: all there is to tell of one that is no longer kept. */
const WITHOUT_RECORD = 50;
/** One of whom so many requests are due is forgotten; when it asks again, it is told afresh. */
const DUE_AT_MOST = 50_000;
/** One who has not asked for so long, in milliseconds, does not look any more. */
const FORGOTTEN_MS = 10_000;
/** Requests that are not over are told anew after so long, in milliseconds, and so many of them. */
const PENDING_MS = 1_000;
const PENDING_AT_ONCE = 100;

/** Where it gets what it tells. */
export interface ToldSource extends FeedSource {
  isPending(id: number): boolean;
}

/** One who asks. */
interface Listener {
  readonly due: Set<number>;
  readonly forget: NodeJS.Timeout;
  /** What the last answer told; it may not have arrived. */
  last: readonly number[];
  answer: number;
  pendingAt: number;
}

/** What this process tells the others of its requests, when they ask. */
export class ToldToOthers {
  readonly #source: ToldSource;
  readonly #keep: number;
  readonly #others: OtherProcesses;
  readonly #listeners = new Map<number, Listener>();
  #answers = 0;
  #isClosed = false;

  /** @param keep - how many requests one who asks keeps, of all others together. */
  constructor(source: ToldSource, others: OtherProcesses, keep: number) {
    this.#source = source;
    this.#keep = keep;
    this.#others = others;
    others.onAsked((question, count) => this.#tell(question, count));
  }

  /** There is news of a request. */
  changed(id: number): void {
    for (const [askedBy, { due }] of this.#listeners) {
      due.add(id);
      if (due.size > DUE_AT_MOST) this.#forget(askedBy);
    }
  }

  /** Tells those who ask for the last time; they would not find this process any more. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const last: Record<number, News> = {};
    for (const [askedBy, { due, last: unsure }] of this.#listeners) {
      for (const id of unsure) due.add(id);
      if (due.size > 0) last[askedBy] = this.#news(due, ANSWERS_AT_MOST);
      this.#forget(askedBy);
    }
    if (Object.keys(last).length > 0) this.#others.tellLast(last);
  }

  #tell({ askedBy, heard }: NewsWanted, others: number): News {
    if (this.#isClosed) throw new Error('This process ends.');
    const listener = this.#listenerOf(askedBy, heard[this.#others.processId], others);
    listener.forget.refresh();
    if (performance.now() - listener.pendingAt > PENDING_MS) {
      for (const id of this.#source.pending(PENDING_AT_ONCE)) listener.due.add(id);
      listener.pendingAt = performance.now();
    }
    const news = this.#news(listener.due, ANSWERS_AT_MOST / others);
    listener.last = news.told.map(({ id }) => id);
    listener.answer = news.answer;
    return news;
  }

  #listenerOf(askedBy: number, heard: number | undefined, others: number): Listener {
    const known = this.#listeners.get(askedBy);
    if (known !== undefined && heard !== undefined) {
      if (heard !== known.answer) for (const id of known.last) known.due.add(id);
      return known;
    }
    this.#forget(askedBy);
    const share = Math.ceil(this.#keep / others);
    const listener: Listener = {
      due: new Set(this.#source.ids().slice(0, share).reverse()),
      forget: setTimeout(() => this.#forget(askedBy), FORGOTTEN_MS).unref(),
      last: [],
      answer: 0,
      pendingAt: performance.now(),
    };
    this.#listeners.set(askedBy, listener);
    return listener;
  }

  /** @param most - in characters. */
  #news(due: Set<number>, most: number): News {
    const told: Told[] = [];
    let length = 0;
    for (const id of due) {
      if (length > most) break;
      const record = this.#source.find(id);
      length += WITHOUT_RECORD + (record?.length ?? 0);
      told.push({ id, ...(record !== undefined && { record }), isPending: this.#source.isPending(id) });
      due.delete(id);
    }
    return { answer: ++this.#answers, told, hasMore: due.size > 0 };
  }

  #forget(askedBy: number): void {
    clearTimeout(this.#listeners.get(askedBy)?.forget);
    this.#listeners.delete(askedBy);
  }
}

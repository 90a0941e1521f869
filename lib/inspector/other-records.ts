import { setTimeout as delay } from 'node:timers/promises';
import { type KeepLimits, KeptRecords } from './kept-records.ts';
import type { AnswerOfOther, OtherProcesses } from './other-processes.ts';
import { seatOf } from './request-ids.ts';
import type { RequestRecord } from './request-record.ts';

/** How long to wait before the others are asked again, in milliseconds, and how long where they have more already. */
const BEAT_MS = 200;
const MORE_MS = 50;
/** One who begins to look is told that this was all after so long, in milliseconds, even where there is more. */
const CATCH_UP_MS = 5_000;

export interface OtherRecordsOptions extends KeepLimits {
  /** Called with the id of a request whenever there is news of it. */
  readonly onChange: (id: number) => void;
  /** Called when what there was at first is told. */
  readonly onComplete: () => void;
  /** Called whenever the way to the others is lost or found again. */
  readonly onWay: () => void;
}

/** The records of the other processes, as long as somebody looks at them here. */
export class OtherRecords {
  readonly #others: OtherProcesses;
  readonly #options: OtherRecordsOptions;
  readonly #heard = new Map<number, number>();
  readonly #pending = new Set<number>();
  #kept: KeptRecords;
  #following: AbortController | undefined;
  #isComplete = false;
  #isReached = true;

  constructor(others: OtherProcesses, options: OtherRecordsOptions) {
    this.#others = others;
    this.#options = options;
    this.#kept = new KeptRecords(options);
  }

  /** Whether what there was at first is told. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Whether there is a way to the others. */
  get isReached(): boolean {
    return this.#isReached;
  }

  /** The record of a request as JSON; undefined when it is not, or no longer, kept. */
  find(id: number): string | undefined {
    return this.#kept.get(id);
  }

  ids(): Iterable<number> {
    return this.#kept.ids();
  }

  /** Somebody looks: asks the others again and again. */
  follow(): void {
    if (this.#following !== undefined) return;
    this.#following = new AbortController();
    void this.#follow(this.#following.signal);
  }

  /** Nobody looks any more: lets go of what the others have told. */
  stop(): void {
    this.#following?.abort();
    this.#following = undefined;
    this.#kept = new KeptRecords(this.#options);
    this.#heard.clear();
    this.#pending.clear();
    this.#isComplete = false;
    this.#isReached = true;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const since = performance.now();
    for (;;) {
      const answers = await this.#ask();
      if (signal.aborted) return;
      for (const answer of answers ?? []) this.#take(answer);
      if (answers !== undefined) this.#loseAllBut(answers);
      const hasMore = answers?.some(({ news }) => news?.hasMore) ?? false;
      this.#setReached(answers !== undefined);
      if (!hasMore || performance.now() - since > CATCH_UP_MS) this.#setComplete();
      const isOver = await delay(hasMore ? MORE_MS : BEAT_MS, false, { signal, ref: false }).catch(
        () => true,
      );
      if (isOver) return;
    }
  }

  /** Undefined when there is no way to them. */
  async #ask(): Promise<readonly AnswerOfOther[] | undefined> {
    const question = { askedBy: this.#others.processId, heard: Object.fromEntries(this.#heard) };
    return this.#others.ask(question).catch(() => undefined);
  }

  #take({ processId, news }: AnswerOfOther): void {
    if (news === undefined) return;
    this.#heard.set(processId, news.answer);
    for (const { id, record, isPending } of news.told) {
      if (isPending) this.#pending.add(id);
      else this.#pending.delete(id);
      if (record === undefined) this.#forget(id);
      else this.#keep(id, record);
    }
  }

  /** Of a process that has ended nobody will tell what became of what it had. */
  #loseAllBut(answers: readonly AnswerOfOther[]): void {
    const present = new Set(answers.map(({ processId }) => processId));
    for (const processId of this.#heard.keys()) {
      if (present.has(processId)) continue;
      this.#heard.delete(processId);
      for (const id of this.#pending) if (seatOf(id) === seatOf(processId)) this.#lose(id);
    }
  }

  #lose(id: number): void {
    this.#pending.delete(id);
    const json = this.#kept.get(id);
    if (json === undefined) return;
    const record: RequestRecord = { ...(JSON.parse(json) as RequestRecord), outcome: 'lost' };
    this.#keep(id, JSON.stringify(record));
  }

  #keep(id: number, json: string): void {
    for (const gone of this.#kept.put(id, json)) {
      this.#pending.delete(gone);
      this.#options.onChange(gone);
    }
    this.#options.onChange(id);
  }

  #forget(id: number): void {
    this.#kept.delete(id);
    this.#options.onChange(id);
  }

  #setComplete(): void {
    if (this.#isComplete) return;
    this.#isComplete = true;
    this.#options.onComplete();
  }

  #setReached(isReached: boolean): void {
    if (isReached === this.#isReached) return;
    this.#isReached = isReached;
    this.#options.onWay();
  }
}

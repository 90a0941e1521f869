import type { Response } from 'express';

/** How much is told in one event, in characters, so that neither side has more than that to do at once. */
const EVENT_AT_MOST = 256 * 1024;
/** A watcher of whom so many requests are due is let go; the browser comes again, and starts afresh. */
const DUE_AT_MOST = 50_000;

/** What one who watches is told at first. */
interface Beginning {
  /** Tells the process from those before and beside it. */
  readonly run: string;
  readonly ids: Iterable<number>;
}

/** One who watches, and what is due to be told. A slow one is told less often, and of each request only its last state. */
export class Watcher {
  readonly #res: Response;
  readonly #find: (id: number) => string | undefined;
  readonly #due = new Set<number>();
  /** Whether all that there was at first is due, or told. */
  #isAllDue = false;
  #isComplete = false;

  /** @param find - gives a record as JSON. */
  constructor(res: Response, find: (id: number) => string | undefined) {
    this.#res = res;
    this.#find = find;
    res.on('drain', () => this.send());
  }

  /** Tells all that there is so far. */
  begin({ run, ids }: Beginning): void {
    for (const id of ids) this.due(id);
    this.#res.write(`id: ${run}\nevent: all\ndata: ${this.#next()}\n\n`);
    this.send();
  }

  /** Tells which process it is whose requests alone are told; empty when those of all are. */
  tellsOnly(processName: string): void {
    this.#res.write(`event: process\ndata: ${JSON.stringify(processName)}\n\n`);
  }

  /** What is due by now is all that there was at first: when it is told, so is that this was all. */
  allIsDue(): void {
    this.#isAllDue = true;
    this.send();
  }

  /** There is news of a request. */
  due(id: number): void {
    this.#due.add(id);
    if (this.#due.size > DUE_AT_MOST) this.#res.destroy();
  }

  /** Tells what is due, as far as the connection takes it. */
  send(): void {
    while (this.#due.size > 0 && !this.#res.writableNeedDrain && !this.#res.destroyed) {
      this.#res.write(`event: news\ndata: ${this.#next()}\n\n`);
    }
    if (this.#due.size > 0 || !this.#isAllDue || this.#isComplete || this.#res.destroyed) return;
    this.#isComplete = true;
    this.#res.write('event: complete\ndata: []\n\n');
  }

  stillHere(): void {
    if (!this.#res.writableNeedDrain) this.#res.write(': still here\n\n');
  }

  end(): void {
    this.#due.clear();
    this.#res.end();
  }

  /** A list as JSON, which has no line break outside of strings, and escapes those inside. */
  #next(): string {
    const told: string[] = [];
    let length = 0;
    for (const id of this.#due) {
      if (length > EVENT_AT_MOST) break;
      const record = this.#find(id) ?? `{"id":${id},"gone":true}`;
      length += record.length;
      told.push(record);
      this.#due.delete(id);
    }
    return `[${told.join(',')}]`;
  }
}

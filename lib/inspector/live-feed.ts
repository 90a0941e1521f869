import type { Response } from 'express';
import type { RequestRecord } from './request-record.ts';

/** How often watchers get news, in milliseconds. */
const BEAT = 200;
/** A request that is not over is told anew every so many beats. */
const PENDING_EVERY = 5;
/** Without news something is sent every so many beats, so that a connection that is dead is noticed. */
const SILENT_AT_MOST = 75;
/** A watcher who has this much to catch up with, in bytes, is let go; the browser comes again, and starts afresh. */
const BEHIND_AT_MOST = 4 * 1024 * 1024;
const WATCHERS_AT_MOST = 20;

/** Where the feed gets what it tells. */
export interface FeedSource {
  all(): RequestRecord[];
  find(id: number): RequestRecord | undefined;
  readonly pending: Iterable<number>;
}

/** Tells watchers of requests by server-sent events. Its timer runs only as long as somebody watches. */
export class LiveFeed {
  readonly #source: FeedSource;
  readonly #watchers = new Set<Response>();
  readonly #changed = new Set<number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #beats = 0;
  #silent = 0;

  constructor(source: FeedSource) {
    this.#source = source;
  }

  /** There is news of a request. */
  changed(id: number): void {
    if (this.#watchers.size > 0) this.#changed.add(id);
  }

  /**
   * Makes a response a stream of events: first all records, then those that change.
   *
   * @returns false when there are too many watchers, or the feed is closed; then the response is untouched.
   */
  watch(res: Response): boolean {
    if (this.#closed || this.#watchers.size >= WATCHERS_AT_MOST) return false;
    res.setHeader('Content-Type', 'text/event-stream; charset=utf-8');
    // A compressing middleware would hold events back.
    res.setHeader('Cache-Control', 'no-store, no-transform');
    res.setHeader('X-Accel-Buffering', 'no');
    res.flushHeaders();
    res.write(eventOf('all', this.#source.all()));
    this.#watchers.add(res);
    this.#timer ??= setInterval(() => this.#beat(), BEAT);
    res.once('close', () => {
      this.#watchers.delete(res);
      if (this.#watchers.size === 0) this.#stop();
    });
    return true;
  }

  /** Lets all watchers go, and takes no more. */
  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
    this.#stop();
  }

  #beat(): void {
    if (++this.#beats % PENDING_EVERY === 0) for (const id of this.#source.pending) this.#changed.add(id);
    const news = [...this.#changed].map((id) => this.#source.find(id) ?? { id, gone: true });
    this.#changed.clear();
    if (news.length > 0) this.#send(eventOf('news', news));
    else if (++this.#silent >= SILENT_AT_MOST) this.#send(': still here\n\n');
  }

  #send(text: string): void {
    this.#silent = 0;
    for (const watcher of this.#watchers) {
      watcher.write(text);
      if (watcher.writableLength > BEHIND_AT_MOST) watcher.destroy();
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
  }
}

function eventOf(name: string, data: unknown): string {
  // JSON has no line break outside of strings, and escapes those inside.
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

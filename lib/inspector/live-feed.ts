import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { Watcher } from './watcher.ts';

/** How often watchers get news, in milliseconds. */
const BEAT = 200;
/** Requests that are not over are told anew every so many beats, and so many of them. */
const PENDING_EVERY = 5;
const PENDING_AT_ONCE = 100;
/** Without news something is sent every so many beats, so that a connection that is dead is noticed. */
const SILENT_AT_MOST = 75;
const WATCHERS_AT_MOST = 20;

/** Where the feed gets what it tells. */
export interface FeedSource {
  /** All that there is to tell, the newest first. */
  ids(): number[];
  /** A record as JSON. */
  find(id: number): string | undefined;
  /** Requests that are not over, each in its turn. */
  pending(most: number): number[];
}

/** Tells watchers of requests by server-sent events. Its timer runs only as long as somebody watches. */
export class LiveFeed {
  /** Tells these requests from those of another process, which counts from 1 as well. */
  readonly #run = randomUUID().slice(0, 8);
  readonly #source: FeedSource;
  readonly #processName: string | undefined;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #beats = 0;

  /** @param processName - told to those who watch, where there are other processes. */
  constructor(source: FeedSource, processName?: string) {
    this.#source = source;
    this.#processName = processName;
  }

  /** There is news of a request. */
  changed(id: number): void {
    for (const watcher of this.#watchers) watcher.due(id);
  }

  /**
   * Makes a response a stream of events: first all records, the newest first, then those that change.
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
    const watcher = new Watcher(res, (id) => this.#source.find(id));
    watcher.begin({ run: this.#run, processName: this.#processName, ids: this.#source.ids() });
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => this.#beat(), BEAT);
    res.once('close', () => {
      this.#watchers.delete(watcher);
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
    if (++this.#beats % PENDING_EVERY === 0) {
      for (const id of this.#source.pending(PENDING_AT_ONCE)) this.changed(id);
    }
    const isLong = this.#beats % SILENT_AT_MOST === 0;
    for (const watcher of this.#watchers) {
      watcher.send();
      if (isLong) watcher.stillHere();
    }
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

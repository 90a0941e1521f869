import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { OtherRecords } from './other-records.ts';
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

/** What a watcher is told of the process, and of those beside it. */
export interface FeedOptions {
  /** Told to those who watch, where the requests of other processes are not. */
  readonly processName: string | undefined;
  /** Those of the other processes of this server. */
  readonly others: OtherRecords | undefined;
}

/** In the place of a process: ids are those of a whole server, whichever of its processes tells them. */
const ALL_PROCESSES = '0';

/** Tells watchers of requests by server-sent events. Its timer runs only as long as somebody watches. */
export class LiveFeed {
  /** Tells these requests from those of another process, which counts from 1 as well. */
  readonly #run: string;
  readonly #source: FeedSource;
  readonly #processName: string;
  readonly #others: OtherRecords | undefined;
  readonly #watchers = new Set<Watcher>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #beats = 0;

  constructor(source: FeedSource, { processName = '', others }: FeedOptions) {
    this.#source = source;
    this.#processName = processName;
    this.#others = others;
    this.#run = others === undefined ? randomUUID().slice(0, 8) : ALL_PROCESSES;
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
    const watcher = new Watcher(res, (id) => this.#source.find(id) ?? this.#others?.find(id));
    if (this.#only !== '') watcher.tellsOnly(this.#only);
    watcher.begin({ run: this.#run, ids: this.#ids() });
    this.#watchers.add(watcher);
    this.#timer ??= setInterval(() => this.#beat(), BEAT);
    this.#others?.follow();
    if (this.#others?.isComplete !== false) watcher.allIsDue();
    res.once('close', () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) this.#stop();
    });
    return true;
  }

  /** What there was at first in the other processes is there. */
  othersAreComplete(): void {
    for (const watcher of this.#watchers) watcher.allIsDue();
  }

  /** The way to the other processes is lost, or found again. */
  wayChanged(): void {
    for (const watcher of this.#watchers) watcher.tellsOnly(this.#only);
  }

  /** Lets all watchers go, and takes no more. */
  close(): void {
    this.#closed = true;
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
    this.#stop();
  }

  /** The process whose requests alone are told; empty when those of all are. */
  get #only(): string {
    return this.#others?.isReached ? '' : this.#processName;
  }

  /** The newest first. */
  #ids(): number[] {
    const own = this.#source.ids();
    return this.#others === undefined ? own : [...own, ...this.#others.ids()].sort((a, b) => b - a);
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
    this.#others?.stop();
  }
}

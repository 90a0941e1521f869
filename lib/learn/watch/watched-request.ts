import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventKind, TraceEvent } from '../trace.ts';
import type { AppShape } from './app-shape.ts';
import { changesBetween, type Snapshot, takeSnapshot } from './changes-in-place.ts';
import { LentQueries } from './lent-queries.ts';
import { isMasked } from './masked-keys.ts';

/** A layer at work on a request. */
export interface Frame {
  readonly request: WatchedRequest;
  /** The index of the layer in the app; `EXPRESS` for Express itself, whose doings are not noted. */
  readonly layer: number;
  /** Whether it is at work on the way back: in a function that it has put on the answer. */
  readonly back: boolean;
}

const EXPRESS = -1;

/** Who is at work, wherever Node knows it. */
export const frames = new AsyncLocalStorage<Frame>();

/** A request as it passes through an app: who was entered, and who did what. */
export class WatchedRequest {
  readonly events: TraceEvent[] = [];
  /** How to look at the keys that were written on the request without being noticed. */
  readonly values = new Map<string, () => unknown>();
  /** In whose name Express itself works. */
  readonly express: Frame = { request: this, layer: EXPRESS, back: false };
  /** The status that was sent. Who comes too late sets another one on the answer, which nobody gets. */
  sentStatus: number | undefined;
  readonly #noted = new Set<string>();
  /** Who was entered and has not called `next`, the innermost last. */
  readonly #open: Frame[] = [];
  readonly #queries = new LentQueries();
  readonly #headerWriters = new Map<string, number>();
  readonly #ownKeys: Set<string>;
  #snapshot: Snapshot;
  #line: string;
  /** Whether somebody has called `res.end`: those who stand in front of it call it once more, such as a session when it is saved. */
  #hasEnd = false;

  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly shape: AppShape;
  readonly path: string;

  /** @param path - as the client sent it, without its query. */
  constructor(req: IncomingMessage, res: ServerResponse, shape: AppShape, path: string) {
    this.req = req;
    this.res = res;
    this.shape = shape;
    this.path = path;
    this.#ownKeys = new Set(Object.keys(req));
    this.#snapshot = this.#look();
    this.#line = lineOf(req);
  }

  /** Who is at work: as Node's asynchronous context says, or else the last who has not called `next`. */
  atWork(): Frame | undefined {
    const frame = frames.getStore();
    // The events of a body come in the context of its connection.
    return frame?.request === this ? frame : this.#open.at(-1);
  }

  /** Notes what a layer does: once for each layer, way and name. */
  note(kind: EventKind, name?: string, frame = this.atWork()): void {
    if (frame === undefined || frame.layer === EXPRESS) return;
    const { layer } = frame;
    const back = frame.back || !this.#open.includes(frame);
    const whole = `${kind} ${layer} ${String(back)} ${name ?? ''}`;
    if (this.#noted.has(whole)) return;
    this.#noted.add(whole);
    const event: { -readonly [Field in keyof TraceEvent]: TraceEvent[Field] } = { kind, layer };
    if (name !== undefined) event.name = name;
    if (back) event.back = back;
    this.events.push(event);
  }

  /** All that was noted, as text: requests that went the same way have the same. */
  get way(): string {
    return [...this.#noted].join('\n');
  }

  enter(layer: number): Frame {
    const frame = { request: this, layer, back: false };
    this.#open.push(frame);
    this.#line = lineOf(this.req);
    this.note('enter', undefined, frame);
    return frame;
  }

  /** A layer has called `next`, has thrown, or has rejected. */
  leave(frame: Frame, error: unknown): void {
    this.#noteChanges(frame);
    const index = this.#open.indexOf(frame);
    if (index < 0) this.note('next-again', undefined, frame);
    else if ((this.#hasEnd || this.res.writableEnded) && !isRefusedWrite(error))
      this.note('next-late', undefined, frame);
    else if (isFailure(error)) this.note('fail', statusOf(error), frame);
    else {
      // Those behind it read another one.
      if (this.#queries.hasChanged(frame)) this.note('refused', 'req.query', frame);
      this.note('next', undefined, frame);
    }
    if (index >= 0) this.#open.splice(index, 1);
  }

  /** `req.query` of Express 5 is read. */
  lendQuery(query: unknown): void {
    const frame = this.atWork();
    if (frame !== undefined && frame.layer !== EXPRESS) this.#queries.lend(frame, query);
  }

  /** `res.end` is called. */
  end(): void {
    const frame = this.atWork();
    if (this.res.writableEnded) {
      this.note('write-late', 'end', frame);
    } else if (!this.#hasEnd) {
      this.#noteChanges(frame);
      this.note('end', undefined, frame);
    }
    this.#hasEnd = true;
  }

  /**
   * A header is set.
   *
   * @param isOther - whether it gets another value than it has.
   */
  header(name: string, isOther: boolean): void {
    const frame = this.atWork();
    if (frame === undefined || frame.layer === EXPRESS) return;
    const header = name.toLowerCase();
    const writer = this.#headerWriters.get(header);
    this.note('header', header, frame);
    if (isOther && writer !== undefined && writer !== frame.layer) this.note('header-again', header, frame);
    this.#headerWriters.set(header, frame.layer);
  }

  #noteChanges(frame: Frame | undefined): void {
    for (const key of Object.keys(this.req)) {
      // What `Object.defineProperty` makes comes past the traps.
      if (!this.#ownKeys.has(key) && !this.values.has(key) && !isMasked(key))
        this.note('write', `req.${key}`, frame);
      this.#ownKeys.add(key);
    }
    const now = this.#look(this.#snapshot);
    for (const change of changesBetween(this.#snapshot, now)) this.note('change', change, frame);
    this.#snapshot = now;
    const line = lineOf(this.req);
    if (line !== this.#line) this.note('change', 'req.url', frame);
    this.#line = line;
  }

  #look(before?: Snapshot): Snapshot {
    const values = [...this.values].map(([key, value]): [string, unknown] => [`req.${key}`, value()]);
    return takeSnapshot(
      [['req.headers', this.req.headers], ['req.query', this.#ownQuery()], ...values],
      before,
    );
  }

  /** The query of Express 4. In Express 5 it is made anew whenever it is read. */
  #ownQuery(): unknown {
    return Object.getOwnPropertyDescriptor(this.req, 'query')?.value;
  }
}

/** Express cuts the URL for nested routers, so it is looked at when a layer is entered. */
function lineOf({ method, url }: IncomingMessage): string {
  return `${method ?? ''} ${url ?? ''}`;
}

function isFailure(error: unknown): boolean {
  return Boolean(error) && error !== 'route' && error !== 'router';
}

/** What Node throws at a header that is written late: that write is the fault. */
function isRefusedWrite(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_HTTP_HEADERS_SENT'
  );
}

/** The status that an error asks for, as Express reads it. */
function statusOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  const asked = status ?? statusCode;
  return typeof asked === 'number' ? String(asked) : undefined;
}

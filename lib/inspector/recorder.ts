import type { Request, Response } from 'express';
import type { Conflict, StackObserver } from '../compose.ts';
import { FollowedRequest, type RequestRecord } from './request-record.ts';

export interface RecorderOptions {
  /** How many requests are kept. */
  readonly keep: number;
  /** What is shown of a request's address. */
  readonly pathOf: (req: Request) => string;
}

/** Follows the requests through a stack, and keeps the records of the last ones. */
export class Recorder implements StackObserver {
  readonly #options: RecorderOptions;
  readonly #onChange: (id: number) => void;
  readonly #followed = new WeakMap<Request, FollowedRequest>();
  readonly #pending = new Map<number, FollowedRequest>();
  /** Of requests that are over, by id, the oldest first. */
  readonly #records = new Map<number, RequestRecord>();
  readonly #ignored = new WeakSet<Request>();
  #seen = 0;

  /** @param onChange - called with the id of a request whenever there is news of it. */
  constructor(options: RecorderOptions, onChange: (id: number) => void) {
    this.#options = options;
    this.#onChange = onChange;
  }

  request(req: Request, res: Response): void {
    const id = ++this.#seen;
    const followed = new FollowedRequest(id, req, res, this.#options.pathOf(req));
    this.#followed.set(req, followed);
    this.#pending.set(id, followed);
    this.#onChange(id);
    res.once('finish', () => followed.answered());
    res.once('close', () => {
      followed.closed();
      // When all others who listen have acted: what they do on the way back belongs into the record.
      process.nextTick(() => {
        this.#pending.delete(id);
        if (!this.#ignored.has(req)) this.#keep(followed.record());
      });
    });
  }

  /** Those that arise later, after the answer, belong into the record that is kept already. */
  conflict(_conflict: Conflict, req: Request): void {
    const followed = this.#followed.get(req);
    if (followed === undefined) return;
    const { id } = followed;
    if (this.#records.has(id)) this.#records.set(id, followed.record());
    this.#onChange(id);
  }

  /** Leaves a request out: the inspector's own are of no interest. */
  ignore(req: Request): void {
    this.#ignored.add(req);
    const followed = this.#followed.get(req);
    if (followed === undefined) return;
    this.#pending.delete(followed.id);
    this.#onChange(followed.id);
  }

  /** The record of a request; undefined when it is no longer kept. */
  find(id: number): RequestRecord | undefined {
    return this.#records.get(id) ?? this.#pending.get(id)?.record();
  }

  /** The ids of the requests that are not over. */
  get pending(): Iterable<number> {
    return this.#pending.keys();
  }

  /** All records, the oldest first. */
  all(): RequestRecord[] {
    const pending = [...this.#pending.values()].map((followed) => followed.record());
    return [...this.#records.values(), ...pending];
  }

  #keep(record: RequestRecord): void {
    this.#records.set(record.id, record);
    if (this.#records.size > this.#options.keep) {
      const [oldest] = this.#records.keys();
      if (oldest !== undefined) this.#records.delete(oldest);
    }
    this.#onChange(record.id);
  }
}

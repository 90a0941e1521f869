import type { Request, Response } from 'express';
import type { Conflict, StackObserver } from '../compose.ts';
import { type KeepLimits, KeptRecords } from './kept-records.ts';
import { FollowedRequest } from './request-record.ts';

export interface RecorderOptions extends KeepLimits {
  /** What is shown of a request's address. */
  readonly pathOf: (req: Request) => string;
  /** Gives each request its id, which is higher than those before. */
  readonly nextId: () => number;
  /** What this process is called, where there are others. */
  readonly processName: string | undefined;
}

/** Follows the requests through a stack, and keeps the records of the last ones. */
export class Recorder implements StackObserver {
  readonly #options: RecorderOptions;
  readonly #onChange: (id: number) => void;
  readonly #followed = new WeakMap<Request, FollowedRequest>();
  readonly #pending = new Map<number, FollowedRequest>();
  readonly #kept: KeptRecords;
  readonly #ignored = new WeakSet<Request>();

  /** @param onChange - called with the id of a request whenever there is news of it. */
  constructor(options: RecorderOptions, onChange: (id: number) => void) {
    this.#options = options;
    this.#kept = new KeptRecords(options);
    this.#onChange = onChange;
  }

  request(req: Request, res: Response): void {
    const { nextId, pathOf, processName } = this.#options;
    const id = nextId();
    const followed = new FollowedRequest({ id, path: pathOf(req), process: processName }, req, res);
    this.#followed.set(req, followed);
    this.#pending.set(id, followed);
    this.#onChange(id);
    res.once('finish', () => followed.answered());
    res.once('close', () => {
      followed.closed();
      // When all others who listen have acted: what they do on the way back belongs into the record.
      process.nextTick(() => {
        this.#pending.delete(id);
        if (!this.#ignored.has(req)) this.#keep(followed);
      });
    });
  }

  /** Those that arise later, after the answer, belong into the record that is kept already. */
  conflict(_conflict: Conflict, req: Request): void {
    const followed = this.#followed.get(req);
    if (followed === undefined) return;
    if (this.#kept.has(followed.id)) this.#keep(followed);
    else this.#onChange(followed.id);
  }

  /** Leaves a request out: the inspector's own are of no interest. */
  ignore(req: Request): void {
    this.#ignored.add(req);
    const followed = this.#followed.get(req);
    if (followed === undefined) return;
    this.#pending.delete(followed.id);
    this.#onChange(followed.id);
  }

  /** The record of a request as JSON; undefined when it is no longer kept. */
  find(id: number): string | undefined {
    const followed = this.#pending.get(id);
    return followed === undefined ? this.#kept.get(id) : JSON.stringify(followed.record());
  }

  isPending(id: number): boolean {
    return this.#pending.has(id);
  }

  /** Requests that are not over, each in its turn. @param most - how many of them. */
  pending(most: number): number[] {
    const turn = [...first(this.#pending, most)];
    for (const [id, followed] of turn) {
      this.#pending.delete(id);
      this.#pending.set(id, followed);
    }
    return turn.map(([id]) => id);
  }

  /** The ids of all that there is to tell, the newest first. */
  ids(): number[] {
    return [...this.#kept.ids(), ...this.#pending.keys()].sort((a, b) => b - a);
  }

  #keep(followed: FollowedRequest): void {
    for (const id of this.#kept.put(followed.id, JSON.stringify(followed.record()))) this.#onChange(id);
    this.#onChange(followed.id);
  }
}

function* first<T>(items: Iterable<T>, most: number): Iterable<T> {
  let left = most;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}

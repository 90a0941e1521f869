import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { Entry } from '../plan/entry.ts';
import { isBelow, pathOf, type Prefixes } from '../plan/path-prefix.ts';

/** The keys of a stack. */
export interface KeyTable {
  readonly losingKeys: ReadonlyMap<string, unknown>;
  readonly indexOf: ReadonlyMap<string, number>;
  /** One more than the highest number. */
  readonly size: number;
}

/** How many keys a step can mark in the bits of one integer. Keys beyond it take the longer way. */
const BITS = 31;

/** So many numbers have a place in a stage's tables, lest the tables of n stages with n keys take n² places. */
const TABLED = 128;

/** An entry as the runner needs it, one for all requests. The application behind the stack has one as well. */
export class Stage {
  readonly name: string;
  readonly layer: string;
  /** The height of its layer; the application lies below all of them. */
  readonly rank: number;
  /** Its place in the order of running, from 0. */
  readonly position: number;
  readonly handle: RequestHandler | ErrorRequestHandler | undefined;
  readonly handlesErrors: boolean;
  readonly prefixes: Prefixes | undefined;
  /** Whether it takes every request that has no error. */
  readonly takesAll: boolean;
  /** The path as it is declared, for the tracing channel. */
  readonly path: string | readonly string[] | undefined;
  /** By the key's number (see `StateView`): the bit of a read that needs no second look; 0 if it does. */
  readonly readBits: Int32Array;
  /** The same for writes. */
  readonly writeBits: Int32Array;
  /** The key behind each bit, the lowest first. */
  readonly maskedKeys: readonly string[];
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;

  constructor(
    place: Pick<Entry, 'name' | 'layer' | 'rank' | 'handlesErrors' | 'prefixes'>,
    position: number,
    handle: RequestHandler | ErrorRequestHandler | undefined,
    declared: { reads: Iterable<string>; writes: Iterable<string>; path?: string | readonly string[] },
    known: KeyTable,
  ) {
    this.name = place.name;
    this.layer = place.layer;
    this.rank = place.rank;
    this.handlesErrors = place.handlesErrors;
    this.prefixes = place.prefixes;
    this.takesAll = !place.handlesErrors && place.prefixes === undefined;
    this.path = declared.path;
    this.position = position;
    this.handle = handle;
    this.writes = new Set(declared.writes);
    this.reads = new Set([...declared.reads, ...this.writes]);
    const indexOf = (key: string): number => known.indexOf.get(key) ?? TABLED;
    this.maskedKeys = [...this.reads]
      .filter((key) => !known.losingKeys.has(key) && indexOf(key) < TABLED)
      .slice(0, BITS);
    this.readBits = new Int32Array(Math.min(known.size, TABLED));
    this.writeBits = new Int32Array(Math.min(known.size, TABLED));
    this.maskedKeys.forEach((key, bit) => {
      const number = indexOf(key);
      this.readBits[number] = 1 << bit;
      if (this.writes.has(key)) this.writeBits[number] = 1 << bit;
    });
  }

  /** Whether it takes a request, by its path and by whether there is an error. */
  takes(req: Request, failed: boolean): boolean {
    return (
      this.handlesErrors === failed &&
      (this.prefixes === undefined || isBelow(pathOf(req.url), this.prefixes))
    );
  }
}

/** What a failed handler hands on. A falsy reason would read as "no error", and let the request pass. */
export function errorOf(reason: unknown, { name }: Stage): unknown {
  if (reason) return reason;
  return new Error(`Middleware "${name}" failed with ${String(reason)}.`);
}

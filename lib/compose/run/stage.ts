import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import type { WayBack as Hooks } from '../declare/way-back.ts';
import type { Entry } from '../plan/entry.ts';
import { patternOf } from '../plan/path-prefix.ts';
import { MountPoint } from './mount-point.ts';
import { asMounted } from './mounted-app.ts';
import { pathOf } from './path-of.ts';

/** What a stage has to know about the keys of the whole stack. */
export interface KeyTable {
  readonly losingKeys: ReadonlyMap<string, unknown>;
  /** The index of each key in the tables of a request, from 1. */
  readonly indexOf: ReadonlyMap<string, number>;
}

/** What a stage is told of its declaration: of the keys, those of `req.state`. */
export interface Declared {
  readonly reads: Iterable<string>;
  readonly writes: Iterable<string>;
  readonly path?: string | readonly string[];
  readonly mount?: string | readonly string[];
}

/** What a stage does on the way back. */
export interface StageBack extends Hooks {
  /** As whom it reads and writes then. */
  readonly stage: Stage;
  /** Its place in the order of acting, from 0. */
  readonly place: number;
}

/** One of the two moments at which a stage may act. */
export type BackHook = keyof Hooks;

/** What has become of a hook: `'failed'` if it threw, or its promise was rejected; `'pending'` if it was not called yet. */
export type HookOutcome = 'pending' | 'done' | 'failed';

/** How many keys of a stage have a bit in one integer. Further keys go through `state-rules.ts`, which takes longer. */
const BITS = 31;

/** How many keys a stage's tables hold. Without a bound, n stages with n keys would take n² places. */
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
  /** Whether it takes every request that has no error. */
  readonly takesAll: boolean;
  /** The path as it is declared, for the tracing channel. */
  readonly path: string | readonly string[] | undefined;
  /** By the key's index: the bit of a key that may be read at once; 0 if `readByRule` has to look at it. */
  readonly readBits: Int32Array;
  /** The same for writes, and `writeByRule`. */
  readonly writeBits: Int32Array;
  /** The key behind each bit, the lowest first. */
  readonly maskedKeys: readonly string[];
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** What it does on the way back, if anything. */
  back: StageBack | undefined = undefined;
  /** What the path of a request has to match; undefined for every path. */
  readonly #pattern: RegExp | undefined;
  /** Where it is mounted; undefined for a place that takes nothing off the path. */
  readonly #mountPoint: MountPoint | undefined;
  /** Express calls no handler of five parameters or more. */
  readonly #isCallable: boolean;

  constructor(
    place: Pick<Entry, 'name' | 'layer' | 'rank' | 'handlesErrors' | 'prefixes'>,
    position: number,
    handle: RequestHandler | ErrorRequestHandler | undefined,
    declared: Declared,
    { losingKeys, indexOf }: KeyTable,
  ) {
    this.name = place.name;
    this.layer = place.layer;
    this.rank = place.rank;
    this.handlesErrors = place.handlesErrors;
    const { mount } = declared;
    this.#mountPoint =
      mount === undefined || place.prefixes === undefined ? undefined : new MountPoint(mount);
    this.#pattern = mount === undefined ? place.prefixes && patternOf(place.prefixes) : undefined;
    this.#isCallable = (handle?.length ?? 0) <= 4;
    this.takesAll = !this.handlesErrors && place.prefixes === undefined && this.#isCallable;
    this.path = mount ?? declared.path;
    this.position = position;
    const asUsed = handle && asMounted(handle, mount);
    this.handle = asUsed && (this.#mountPoint?.mounted(asUsed) ?? asUsed);
    this.writes = new Set(declared.writes);
    this.reads = new Set([...declared.reads, ...this.writes]);
    const tabled = (key: string): number => indexOf.get(key) ?? TABLED;
    this.maskedKeys = [...this.reads]
      .filter((key) => !losingKeys.has(key) && tabled(key) < TABLED)
      .slice(0, BITS);
    this.readBits = new Int32Array(Math.min(indexOf.size + 1, TABLED));
    this.writeBits = new Int32Array(Math.min(indexOf.size + 1, TABLED));
    this.maskedKeys.forEach((key, bit) => {
      const index = tabled(key);
      this.readBits[index] = 1 << bit;
      if (this.writes.has(key)) this.writeBits[index] = 1 << bit;
    });
  }

  /** Whether it takes a request, by its path and by whether there is an error. */
  takes(req: Request, hasFailed: boolean): boolean {
    if (!this.#isCallable || this.handlesErrors !== hasFailed) return false;
    if (this.#mountPoint !== undefined) return this.#mountPoint.on(req) !== undefined;
    // A path that cannot be read lies below every prefix, so that no guard is skipped.
    return this.#pattern === undefined || this.#pattern.test(pathOf(req) ?? '');
  }
}

/** What a failed handler hands on. A falsy reason would read as "no error", and let the request pass. */
export function errorOf(reason: unknown, { name }: Stage): unknown {
  if (reason) return reason;
  return new Error(`Middleware "${name}" failed with ${String(reason)}.`);
}

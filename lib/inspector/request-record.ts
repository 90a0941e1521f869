import type { Request, Response } from 'express';
import type { Conflict, EntryReport, RequestStack } from '../compose.ts';
import { isForStaticFile } from './static-file.ts';

/** One request through the stack, as the inspector shows it. It holds names and keys, never a value. */
export interface RequestRecord {
  /** Grows from request to request; no other one of this server has it. */
  readonly id: number;
  /** What the process is called that had it, such as `worker 2`; left out where there is only one. */
  readonly process?: string;
  /** When it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** Without the query, which may hold a code or a token. */
  readonly path: string;
  /**
   * `'aborted'`: the client went away before it had its answer. `'lost'`: another process had it, and has ended before it
   * told what became of it.
   */
  readonly outcome: 'pending' | 'answered' | 'aborted' | 'lost';
  /** Undefined as long as there is no answer. */
  readonly status: number | undefined;
  /** From entering the stack to the end of the answer, or until now, in milliseconds. */
  readonly duration: number;
  /** In the order of running. */
  readonly steps: readonly StepRecord[];
  readonly routes: RoutesRecord;
  readonly conflicts: readonly Conflict[];
  /** The names of the headers of the answer, as far as Express knows them, in small letters. */
  readonly headers: readonly string[];
  /** Whether it is for a script, a style, a picture or the like. */
  readonly isStatic: boolean;
}

/** How many names a list of a record has at most, and how many characters its path: strangers choose them. */
const MOST_NAMES = 100;
const MOST_OF_PATH = 2_000;

/** What a middleware of the stack has done with the request. */
export type StepRecord = Pick<EntryReport, 'outcome' | 'duration' | 'reads' | 'writes' | 'wayBack'>;

/** What the routes behind the stack have done with it. */
export interface RoutesRecord {
  /** `'failed'`: an error has left the stack, so that an error handler behind it answers instead of a route. */
  readonly outcome: 'reached' | 'failed' | 'unreached';
  /** In milliseconds; undefined until there is an answer from behind the stack. */
  readonly duration: number | undefined;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What is said of a request from outside. */
type Named = Pick<RequestRecord, 'id' | 'path'> & { readonly process: string | undefined };

/** A request that is being followed. */
export class FollowedRequest {
  readonly id: number;
  readonly #at = Date.now();
  readonly #since = performance.now();
  readonly #method: string;
  readonly #path: string;
  readonly #process: string | undefined;
  readonly #req: Request;
  readonly #res: Response;
  readonly #stack: RequestStack;
  #answeredAfter: number | undefined;
  #headers: readonly string[] = [];
  #isStatic: boolean;
  #closedAfter: number | undefined;

  constructor({ id, path, process }: Named, req: Request, res: Response) {
    this.id = id;
    this.#process = process;
    this.#method = req.method;
    this.#path = path.length > MOST_OF_PATH ? `${path.slice(0, MOST_OF_PATH)}…` : path;
    this.#req = req;
    this.#res = res;
    this.#stack = req.stack;
    this.#isStatic = isForStaticFile(req, res);
  }

  /** The answer has been handed to the operating system. */
  answered(): void {
    this.#answeredAfter = performance.now() - this.#since;
    this.#headers = bounded(this.#res.getHeaderNames());
    this.#isStatic = isForStaticFile(this.#req, this.#res);
  }

  /** Nothing more will be sent. */
  closed(): void {
    this.#closedAfter = performance.now() - this.#since;
  }

  /** What is known of it now. */
  record(): RequestRecord {
    const isAnswered = this.#answeredAfter !== undefined;
    const duration = this.#answeredAfter ?? this.#closedAfter ?? performance.now() - this.#since;
    const { entries, conflicts, application } = this.#stack;
    const furthest = entries.findLastIndex(({ outcome }) => outcome !== 'passed');
    const behind = outcomeBehind(entries, furthest);
    // What is not accounted for belongs to the middleware that has answered.
    const left = Math.max(0, duration - entries.reduce((sum, { duration = 0 }) => sum + duration, 0));
    return {
      id: this.id,
      ...(this.#process !== undefined && { process: this.#process }),
      at: this.#at,
      method: this.#method,
      path: this.#path,
      outcome: isAnswered ? 'answered' : this.#closedAfter === undefined ? 'pending' : 'aborted',
      status: isAnswered ? this.#res.statusCode : undefined,
      duration: inMicroseconds(duration),
      steps: entries.map(({ outcome, duration: measured, reads, writes, wayBack }, position) => ({
        // Behind an error that left the stack, nobody was asked whether the request concerns them.
        outcome: behind === 'failed' && position > furthest ? 'skipped' : outcome,
        duration: inMicroseconds(measured ?? (outcome === 'ended' ? left : undefined)),
        reads: bounded(reads),
        writes: bounded(writes),
        wayBack,
      })),
      routes: {
        outcome: behind,
        duration: behind !== 'unreached' && isAnswered ? inMicroseconds(left) : undefined,
        reads: bounded(application.reads),
        writes: bounded(application.writes),
      },
      conflicts: bounded(conflicts).map((conflict) => ({ ...conflict })),
      headers: this.#headers,
      isStatic: this.#isStatic,
    };
  }
}

function bounded<T>(list: readonly T[]): readonly T[] {
  return list.length > MOST_NAMES ? list.slice(0, MOST_NAMES) : list;
}

/** What is measured is no finer than this. */
function inMicroseconds<Duration extends number | undefined>(ms: Duration): Duration {
  return (ms === undefined ? ms : Math.round(ms * 1000) / 1000) as Duration;
}

/** With one of these among them, the request is still in the stack, or has ended there. */
const STAYS: ReadonlySet<EntryReport['outcome']> = new Set(['ended', 'running', 'skipped']);

function outcomeBehind(entries: readonly EntryReport[], furthest: number): RoutesRecord['outcome'] {
  if (entries.some(({ outcome }) => STAYS.has(outcome))) return 'unreached';
  if (entries[furthest]?.outcome === 'error') return 'failed';
  return entries[furthest]?.outcome === 'router' ? 'unreached' : 'reached';
}

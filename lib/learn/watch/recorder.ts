import { type Learned, type LearnedApp, MOST_PATHS, type Trace, type TraceEvent } from '../trace.ts';
import type { AppShape } from './app-shape.ts';
import type { ExpressApp } from './express-parts.ts';
import { packagesOf } from './packages-of.ts';
import type { WatchedRequest } from './watched-request.ts';

interface Recorded {
  readonly app: number;
  readonly method: string;
  readonly status: number;
  readonly headers: readonly string[];
  readonly events: readonly TraceEvent[];
  readonly paths: Set<string>;
  count: number;
}

/** What a recorder takes note of. */
export interface RecorderOptions {
  /** The app whose requests are meant; without it those of all apps. */
  readonly only?: ExpressApp;
  /** Whether it asks in which package each handler was written, which takes a tenth of a second in a large program. */
  readonly namesPackages?: boolean;
  /** Called when the first request has come. */
  readonly onFirstRequest?: () => void;
}

/** Keeps what was learned. Requests that went the same way are kept as one. */
export class Recorder {
  readonly #requests = new Set<WatchedRequest>();
  /** Those whose answer was out when they were looked at last. */
  readonly #answered = new WeakSet<WatchedRequest>();
  readonly #indexes = new WeakMap<AppShape, number>();
  readonly #apps: string[] = [];
  readonly #traces = new Map<string, Recorded>();
  readonly #only: ExpressApp | undefined;
  readonly #namesPackages: boolean;
  #onFirstRequest: (() => void) | undefined;

  constructor({ only, namesPackages = false, onFirstRequest }: RecorderOptions = {}) {
    this.#onFirstRequest = onFirstRequest;
    this.#only = only;
    this.#namesPackages = namesPackages;
  }

  takes(app: ExpressApp): boolean {
    return this.#only === undefined || this.#only === app;
  }

  /** A request has come. */
  add(request: WatchedRequest): void {
    this.#requests.add(request);
    this.#onFirstRequest?.();
    this.#onFirstRequest = undefined;
  }

  /**
   * Lets go of the requests that were answered a while ago. Layers may act after an answer, so it is not done at once.
   *
   * @returns whether there were any.
   */
  settle(): boolean {
    let folded = false;
    for (const request of this.#requests) {
      if (this.#answered.has(request)) {
        this.#fold(request);
        folded = true;
      } else if (request.res.writableFinished) this.#answered.add(request);
    }
    return folded;
  }

  /** All that was learned. Requests without an answer count as never answered. */
  learned(): Learned {
    for (const request of this.#requests) this.#fold(request);
    return this.settled();
  }

  /** What was learned from the requests that it has let go of. */
  settled(): Learned {
    return {
      apps: this.#apps.map((app) => JSON.parse(app) as LearnedApp),
      traces: [...this.#traces.values()].map((trace): Trace => ({ ...trace, paths: [...trace.paths] })),
      notes: [],
    };
  }

  #fold(request: WatchedRequest): void {
    const { shape, req, res, path, events } = request;
    this.#requests.delete(request);
    const app = this.#indexOf(shape);
    const written = events.flatMap(({ kind, name }) =>
      kind === 'header' && name !== undefined ? [name] : [],
    );
    const headers = [...new Set([...res.getHeaderNames(), ...written])].sort();
    const method = req.method ?? '';
    const status = res.headersSent ? (request.sentStatus ?? res.statusCode) : 0;
    const way = [app, method, status, ...headers, request.way].join('\n');
    const known = this.#traces.get(way) ?? {
      app,
      method,
      status,
      headers,
      events,
      paths: new Set(),
      count: 0,
    };
    known.count++;
    if (known.paths.size < MOST_PATHS) known.paths.add(path);
    this.#traces.set(way, known);
  }

  #indexOf(shape: AppShape): number {
    const known = this.#indexes.get(shape);
    if (known !== undefined) return known;
    const text = JSON.stringify(this.#describe(shape));
    const same = this.#apps.indexOf(text);
    const index = same >= 0 ? same : this.#apps.push(text) - 1;
    this.#indexes.set(shape, index);
    return index;
  }

  #describe({ layers, members, handles }: AppShape): LearnedApp {
    if (!this.#namesPackages) return { layers, members };
    const packages = packagesOf(handles);
    return {
      layers,
      members: members.map((member, index) => {
        const name = packages[index];
        return name === undefined ? member : { ...member, package: name };
      }),
    };
  }
}

let active: Recorder | undefined;

/** Who keeps what requests do now, if anybody does. */
export function activeRecorder(): Recorder | undefined {
  return active;
}

/** @returns what was active before. */
export function setActiveRecorder(recorder: Recorder | undefined): Recorder | undefined {
  const before = active;
  active = recorder;
  return before;
}

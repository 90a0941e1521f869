/** What the watcher writes and the report reads: names only, never values. */

/** A handler of an app, in the order of running. */
export interface LearnedLayer {
  /** The method and path of a route's last handler; else the function's name, or the place if it has none. */
  readonly name: string;
  /** Where it was registered, as `file:line`. */
  readonly at: string;
  /** `use` of the app or a router, a route's handler, an error handler of either, or a callback of `router.param`. */
  readonly kind: 'use' | 'route' | 'error' | 'param';
  /** With all paths that it is mounted under. `null` for a pattern that is no plain text. */
  readonly path: string | null;
  /** The routers that it is in, by number, from the app's own inwards. */
  readonly routers: readonly number[];
  /** Of a route's handler: upper case, or `ALL`. */
  readonly method?: string;
}

/** What was registered with the app itself: a handler, a router or an app with all that is in it, or a route. */
export interface LearnedMember {
  readonly kind: 'use' | 'error' | 'router' | 'app' | 'route';
  /** The function's own name, empty if it has none; of a route, its method and path. */
  readonly name: string;
  /** Where it was registered, as `file:line`. */
  readonly at: string;
  /** The paths below which it is mounted. `null` for a pattern, a route, and where it is not known. */
  readonly mount: readonly string[] | null;
  /** The index of the first layer that it consists of, and the one behind its last. */
  readonly from: number;
  readonly to: number;
  /** The package in which the function was written, if it is one and was looked for. */
  readonly package?: string;
}

/** An app as it stood when a request came to it. */
export interface LearnedApp {
  readonly layers: readonly LearnedLayer[];
  /** What the layers belong to, in the order of registration. */
  readonly members: readonly LearnedMember[];
}

/** Something that a layer did while a request passed. */
export interface TraceEvent {
  readonly kind: EventKind;
  /** The index of the layer in the app. */
  readonly layer: number;
  /** A key such as `req.user`, a header in lower case, or the status that an error asks for. */
  readonly name?: string;
  /** On the way back: after the layer had called `next`. */
  readonly back?: true;
}

export type EventKind =
  /** It was called. */
  | 'enter'
  /** It called `next()`. */
  | 'next'
  /** It called `next(error)`, threw, or rejected. */
  | 'fail'
  /** It called `next` once more. */
  | 'next-again'
  /** It called `next` when the answer was out. */
  | 'next-late'
  /** It read a key that had no value. */
  | 'absent'
  | 'read'
  | 'write'
  /** It wrote `undefined`. */
  | 'clear'
  /** It changed something within a key in place. */
  | 'change'
  /** It wrote a key that Express does not let be written. */
  | 'refused'
  | 'header'
  /** It gave a header another value than an earlier layer had. */
  | 'header-again'
  /** It was the first to call `res.end`. */
  | 'end'
  /** It wrote to an answer that was out. */
  | 'write-late';

/** A request, or several that went the same way. */
export interface Trace {
  /** The index of the app. */
  readonly app: number;
  readonly method: string;
  /** `0` for one that was never answered. */
  readonly status: number;
  /** The names of the headers of the answer, in lower case. */
  readonly headers: readonly string[];
  /** In the order of happening. The same of the same layer stands once. */
  readonly events: readonly TraceEvent[];
  /** The paths without their queries, at most {@link MOST_PATHS}. */
  readonly paths: readonly string[];
  readonly count: number;
}

/** How many paths a trace keeps. */
export const MOST_PATHS = 20;

/** All that was learned, by one process or by several. */
export interface Learned {
  readonly apps: readonly LearnedApp[];
  readonly traces: readonly Trace[];
  /** What could not be seen. */
  readonly notes: readonly string[];
}

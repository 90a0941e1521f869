import { keyIn } from '../propose/keys-and-headers.ts';
import type { Learned, LearnedLayer, Trace, TraceEvent } from '../trace.ts';

/** A handler of an app, and what it was seen to do. Names only, never values. */
export interface ObservedHandler extends LearnedLayer {
  /** How many requests came to it. */
  readonly requests: number;
  /** The keys that it read, whether they were there or not, such as `req.user`. */
  readonly reads: readonly string[];
  /** Of these, the ones that were absent at times. */
  readonly absent: readonly string[];
  readonly writes: readonly string[];
  /** The keys whose value it changed in place. */
  readonly changes: readonly string[];
  /** The keys that it read after it had called `next`. */
  readonly readsAfter: readonly string[];
  /** The headers that it set, in lower case. */
  readonly headers: readonly string[];
  /** The statuses of the answers that it ended. */
  readonly ends: readonly number[];
  /** How often it called `next` with an error, threw, or rejected. */
  readonly failures: number;
}

/** An app of a report. */
export interface ObservedApp {
  /** How many requests came to it. */
  readonly requests: number;
  /** In the order of registration, with those of routers where the router stands. */
  readonly handlers: readonly ObservedHandler[];
}

/** What the handlers of each app did, the app with the most requests first. */
export function observedApps({ apps, traces }: Learned): ObservedApp[] {
  return apps
    .map(({ layers }, index) => {
      const own = traces.filter(({ app }) => app === index);
      const handlers = layers.map((layer, place) => observedHandler(layer, place, own));
      return { requests: own.reduce((sum, { count }) => sum + count, 0), handlers };
    })
    .sort((one, other) => other.requests - one.requests);
}

function observedHandler(layer: LearnedLayer, place: number, traces: readonly Trace[]): ObservedHandler {
  const came = traces
    .map((trace) => ({ trace, events: trace.events.filter((event) => event.layer === place) }))
    .filter(({ events }) => events.some(({ kind }) => kind === 'enter'));
  const events = came.flatMap((one) => one.events);
  const onWayIn = events.filter(({ back }) => back !== true);
  return {
    ...layer,
    requests: came.reduce((sum, { trace }) => sum + trace.count, 0),
    reads: keysOf(onWayIn, 'read', 'absent'),
    absent: keysOf(onWayIn, 'absent'),
    writes: keysOf(events, 'write', 'clear'),
    changes: keysOf(events, 'change'),
    readsAfter: keysOf(
      events.filter(({ back }) => back === true),
      'read',
      'absent',
    ),
    headers: unique(events.flatMap(({ kind, name }) => (kind === 'header' && name ? [name] : []))),
    ends: unique(
      came.flatMap(({ trace, events: done }) =>
        done.some(({ kind }) => kind === 'end') && trace.status > 0 ? [trace.status] : [],
      ),
    ).sort((one, other) => one - other),
    failures: came.reduce(
      (sum, { trace, events: done }) => sum + (done.some(({ kind }) => kind === 'fail') ? trace.count : 0),
      0,
    ),
  };
}

function keysOf(events: readonly TraceEvent[], ...kinds: readonly TraceEvent['kind'][]): string[] {
  return unique(
    events.flatMap(({ kind, name }) => {
      const key = name !== undefined && kinds.includes(kind) ? keyIn(name) : undefined;
      return key === undefined ? [] : [key];
    }),
  );
}

function unique<Value>(values: readonly Value[]): Value[] {
  return [...new Set(values)];
}

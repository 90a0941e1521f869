import type { Place } from '../../compose/diagnose/diagnostic.ts';
import type { ObservedApp } from './observed-app.ts';

/** Everything that the report can tell of. The ids are stable; docs/learn.md has a row for each. */
export const FINDINGS = {
  L101: { level: 'warning', title: 'header missing on an answer' },
  L102: { level: 'warning', title: 'read before it is written' },
  L103: { level: 'warning', title: 'header written twice' },
  L104: { level: 'error', title: "client's error answered as a server's" },
  L105: { level: 'error', title: 'sanitizer in front of the parser' },
  L106: { level: 'error', title: 'write to req.query' },
  L107: { level: 'warning', title: 'static files behind expensive layers' },
  L108: { level: 'warning', title: 'never reached' },
  L109: { level: 'error', title: 'raw body behind a parser' },
  L110: { level: 'error', title: 'next called twice' },
  L111: { level: 'error', title: 'next called after the answer' },
  L112: { level: 'error', title: 'neither next nor an answer' },
  L113: { level: 'error', title: 'write after the answer' },
  L114: { level: 'warning', title: 'error handler out of reach' },
  L115: { level: 'warning', title: 'two layers that do one job' },
} as const;

/** The id of a kind of finding, such as `'L101'`. */
export type FindingId = keyof typeof FINDINGS;

/** Something that stands wrong in an app. */
export interface Finding {
  readonly id: FindingId;
  readonly level: 'error' | 'warning';
  /** What is wrong, in one sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** The names in `places`; the first is the one to look at. */
  readonly middlewares: readonly string[];
  /** The key or the headers that it is about. */
  readonly key?: string;
  /** Each handler that it is about, and where it was registered. */
  readonly places: readonly Place[];
  /** Some of the requests that show it, such as `GET /api/users`. */
  readonly requests: readonly string[];
  /** Whether a request has shown it. It is possible otherwise: it follows from the order. */
  readonly seen: boolean;
}

/** What was found in an app, and what could not be seen. */
export interface LearnReport {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  /** How many requests were watched. */
  readonly requests: number;
  /** What the handlers of each app did, for the picture of the HTML. The JSON leaves it out. */
  readonly apps?: readonly ObservedApp[];
}

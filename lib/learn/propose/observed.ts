import type { LearnedMember, Trace, TraceEvent } from '../trace.ts';
import { isOfOneAnswer, isParsedInput, keyIn } from './keys-and-headers.ts';

/** In how many requests a member did something with a key. */
export interface KeyUse {
  /** It read the key before it had written it. */
  reads: number;
  /** Of these, how often the key was there. */
  present: number;
  writes: number;
  /** Of these, how often it had looked at the key before, or changed what stood there. */
  rewrites: number;
}

/** What a member did, over all requests. */
export interface Observed {
  /** How many requests came to it. */
  readonly requests: number;
  readonly keys: ReadonlyMap<string, Readonly<KeyUse>>;
  /** By the header's name: in how many requests that it let pass, or answered itself, it was set. */
  readonly headers: ReadonlyMap<string, number>;
  readonly ends: ReadonlyMap<number, number>;
  readonly fails: ReadonlyMap<number, number>;
}

/** Puts together what a member, and all that is in it, did on the way in. What it reads on the way back never orders. */
export function observe(member: LearnedMember, traces: readonly Trace[]): Observed {
  const keys = new Map<string, KeyUse>();
  const [headers, ends, fails] = [
    new Map<string, number>(),
    new Map<number, number>(),
    new Map<number, number>(),
  ];
  let requests = 0;
  for (const trace of traces) {
    const events = trace.events.filter(({ layer }) => isIn(member, layer));
    if (!events.some(({ kind }) => kind === 'enter')) continue;
    requests += trace.count;
    // What stands in an answer of its own is no business of those behind it.
    const hasPassed = passes(member, trace);
    addKeys(keys, events, trace.count, hasPassed);
    if (hasPassed) addHeaders(headers, events, trace.count);
    if (isHandler(member)) addOutcome(ends, fails, events, trace);
  }
  return { requests, keys, headers, ends, fails };
}

function isIn({ from, to }: LearnedMember, layer: number): boolean {
  return layer >= from && layer < to;
}

/** Routers and apps answer with whatever their routes do. */
function isHandler({ kind }: LearnedMember): boolean {
  return kind === 'use' || kind === 'error';
}

/** Whether a request went on behind a member. */
function passes(member: LearnedMember, { events }: Trace): boolean {
  const last = events.findLast(({ layer, back }) => isIn(member, layer) && back !== true);
  return last?.kind === 'next' || events.some(({ kind, layer }) => kind === 'enter' && layer >= member.to);
}

function addKeys(
  keys: Map<string, KeyUse>,
  events: readonly TraceEvent[],
  count: number,
  hasPassed: boolean,
): void {
  const uses = new Map<string, { read?: boolean; wrote?: boolean; rewrote?: boolean }>();
  for (const { kind, name, back } of events) {
    const key = back === true || name === undefined ? undefined : keyIn(name);
    if (key === undefined) continue;
    const use = uses.get(key) ?? {};
    uses.set(key, use);
    const isFirst = use.read === undefined && use.wrote === undefined;
    if (kind === 'read' || kind === 'absent') {
      if (isFirst) use.read = kind === 'read';
    } else if (kind === 'write' || kind === 'clear' || (kind === 'change' && isParsedInput(key))) {
      use.rewrote ??= !isFirst || kind === 'change';
      use.wrote = true;
    } else if (kind === 'change' && isFirst) use.read = true;
  }
  for (const [key, { read, wrote, rewrote }] of uses) {
    const known = keys.get(key) ?? { reads: 0, present: 0, writes: 0, rewrites: 0 };
    keys.set(key, known);
    if (read !== undefined) known.reads += count;
    if (read === true) known.present += count;
    if (wrote === true && hasPassed) known.writes += count;
    if (rewrote === true && hasPassed) known.rewrites += count;
  }
}

function addHeaders(headers: Map<string, number>, events: readonly TraceEvent[], count: number): void {
  const names = events.flatMap(({ kind, name }) => (kind === 'header' && name !== undefined ? [name] : []));
  for (const name of new Set(names)) if (!isOfOneAnswer(name)) add(headers, name, count);
}

function addOutcome(
  ends: Map<number, number>,
  fails: Map<number, number>,
  events: readonly TraceEvent[],
  { status, count }: Trace,
): void {
  const failed = events.find(({ kind }) => kind === 'fail');
  if (failed !== undefined) add(fails, Number(failed.name ?? 500), count);
  else if (events.some(({ kind, back }) => kind === 'end' && back !== true) && status > 0)
    add(ends, status, count);
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

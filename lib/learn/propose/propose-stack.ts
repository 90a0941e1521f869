import { reportOf } from '../report/report-of.ts';
import type { Learned } from '../trace.ts';
import type { Dialect } from './dialect.ts';
import type { Draft } from './draft.ts';
import { movesOf } from './moves-of.ts';
import { Naming } from './names.ts';
import { noteOn } from './note-on.ts';
import { observe } from './observed.ts';
import { orderOf } from './order-of.ts';
import { partsOf } from './parts.ts';
import { printStacks, type ProposedStack } from './print-stacks.ts';
import { readyFor } from './ready-for.ts';
import { reorder, settle } from './settle.ts';
import { type WatchedApp, watchedApp, type WatchedMember } from './watched-app.ts';

/** A file of stacks. */
export interface Proposal {
  readonly text: string;
  /** What each stack takes, in the order of running. */
  readonly stacks: readonly (readonly StackParameter[])[];
}

/** A middleware that the function of a stack takes. */
export interface StackParameter {
  readonly name: string;
  /** Its place in what the app has registered, counted from 0. */
  readonly index: number;
}

export interface ProposalOptions {
  readonly dialect: Dialect;
  /** Whether what the findings ask for is moved. */
  readonly order: boolean;
}

/**
 * Writes the middleware of the app that got most requests as stacks, in the present order if no other is asked for.
 *
 * @returns undefined if no request came to an app.
 */
export function proposeStack(learned: Learned, { dialect, order }: ProposalOptions): Proposal | undefined {
  const app = watchedApp(learned);
  if (app === undefined) return undefined;
  const { findings } = reportOf(learned);
  const given = new Set<string>();
  const stacks: ProposedStack[] = [];
  const left: { readonly member: WatchedMember; readonly why: string }[] = [];
  for (const { members, stays } of partsOf(app.members)) {
    if (stays === undefined) {
      const drafts = draftsOf(members, app);
      let refused = settle(drafts, given);
      if (order) refused = reorder(drafts, given, refused, movesOf(findings, drafts, app));
      for (const fact of refused) fact.draft.notes.push(noteOn(fact, drafts));
      stacks.push({ drafts: sorted(drafts, given), given: neededFrom(given, drafts) });
    } else left.push({ member: members[0], why: stays });
    for (const member of members) for (const key of writtenBy(member, app)) given.add(key);
  }
  const requests = app.traces.reduce((sum, { count }) => sum + count, 0);
  return {
    text: printStacks({ stacks, left, requests, isOrdered: order, notes: app.others }, dialect),
    stacks: stacks.map(({ drafts }) =>
      drafts.map(({ parameter, member }) => ({ name: parameter, index: app.members.indexOf(member) })),
    ),
  };
}

function draftsOf(members: readonly WatchedMember[], { traces }: WatchedApp): Draft[] {
  const naming = new Naming();
  return members.map((member) => {
    const observed = observe(member, traces);
    const ready = readyFor(member, observed);
    return {
      member,
      observed,
      ready,
      ...naming.of(member, observed, ready),
      lists: { reads: [], writes: [], updates: [], headers: [], ends: [], fails: [], after: [], before: [] },
      notes: [],
    };
  });
}

/** In the order of running, so that the file reads as the app runs. */
function sorted(drafts: readonly Draft[], given: ReadonlySet<string>): Draft[] {
  const names = orderOf(drafts, given) ?? [];
  return [...drafts].sort((one, other) => names.indexOf(one.name) - names.indexOf(other.name));
}

/** Keys that are there for all that stand behind, unless a condition can take their writer away. */
function writtenBy(member: WatchedMember, { traces }: WatchedApp): string[] {
  if (member.isConditional) return [];
  return [...observe(member, traces).keys].filter(([, { writes }]) => writes > 0).map(([key]) => key);
}

/** The keys that a stack has to be told of: those that it cannot do without, and that nothing in it writes. */
function neededFrom(given: ReadonlySet<string>, drafts: readonly Draft[]): string[] {
  return [...given].filter((key) => {
    const readers = drafts.filter(({ lists }) => lists.reads.includes(key));
    return (
      readers.length > 0 &&
      !drafts.some(({ lists }) => lists.writes.includes(key) || lists.updates.includes(key))
    );
  });
}

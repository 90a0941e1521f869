import { beforeTheAnswer } from '../report/before-the-answer.ts';
import type { Learned, LearnedApp, LearnedMember, Trace } from '../trace.ts';

/** The app of which a stack is proposed. */
export interface WatchedApp {
  readonly members: readonly WatchedMember[];
  readonly layers: LearnedApp['layers'];
  /** Their layers are those of this app. */
  readonly traces: readonly Trace[];
  /** The other apps, as sentences. */
  readonly others: readonly string[];
}

export interface WatchedMember extends LearnedMember {
  /** Whether it was missing in an app that was the same otherwise, as behind `if (isProduction)`. */
  readonly isConditional: boolean;
}

/** An app and those that are the same but for what they lack. */
interface Group {
  readonly app: LearnedApp;
  readonly index: number;
  /** By the number of an app: the place of each of its members in `app`. */
  readonly places: Map<number, readonly number[]>;
}

/**
 * Takes the app to which most requests came. A suite makes its app many times, with and without what is registered
 * under a condition: these are one.
 */
export function watchedApp({ apps, traces }: Learned): WatchedApp | undefined {
  const counted = groupsOf(apps)
    .map((group) => ({ group, count: requestsOf(group, traces) }))
    .sort(
      (one, other) =>
        other.count - one.count || other.group.app.members.length - one.group.app.members.length,
    );
  const [chosen, ...others] = counted;
  if (chosen === undefined) return undefined;
  const { app, places } = chosen.group;
  const all = [...places.values()];
  return {
    layers: app.layers,
    members: app.members.map((member, index) => ({
      ...member,
      isConditional: !all.every((present) => present.includes(index)),
    })),
    traces: traces.flatMap((trace) => translated(trace, apps, chosen.group)),
    others: others.map(
      ({ group, count }) =>
        `Another app, of ${group.app.members.length} members from ${group.app.members[0]?.at ?? 'an unknown place'} on, got ${count} requests.`,
    ),
  };
}

function groupsOf(apps: readonly LearnedApp[]): Group[] {
  const groups: Group[] = [];
  const largestFirst = apps
    .map((app, index) => ({ app, index }))
    .sort((one, other) => other.app.members.length - one.app.members.length);
  for (const { app, index } of largestFirst) {
    const known = groups.find((group) => placesIn(group.app, app) !== undefined);
    if (known === undefined)
      groups.push({ app, index, places: new Map([[index, app.members.map((_, at) => at)]]) });
    else known.places.set(index, placesIn(known.app, app) ?? []);
  }
  return groups;
}

/** The places of an app's members in a larger app; undefined if that has not all of them, in their order. */
function placesIn(large: LearnedApp, small: LearnedApp): number[] | undefined {
  const places: number[] = [];
  for (const member of small.members) {
    const place = large.members.findIndex(
      (one, index) => index > (places.at(-1) ?? -1) && identityOf(one) === identityOf(member),
    );
    if (place < 0) return undefined;
    places.push(place);
  }
  return small.members.length > 0 ? places : undefined;
}

function identityOf({ kind, name, at, mount, from, to }: LearnedMember): string {
  return JSON.stringify([kind, name, at, mount, to - from]);
}

function requestsOf({ places }: Group, traces: readonly Trace[]): number {
  return traces.reduce((sum, { app, count }) => sum + (places.has(app) ? count : 0), 0);
}

/** A trace with the layers of the group's own app; none for a trace of another group. */
function translated(trace: Trace, apps: readonly LearnedApp[], { app, places }: Group): Trace[] {
  const present = places.get(trace.app);
  const members = apps[trace.app]?.members;
  if (present === undefined || members === undefined) return [];
  const layers = new Map<number, number>();
  members.forEach(({ from, to }, index) => {
    const start = app.members[present[index] ?? -1]?.from ?? 0;
    for (let layer = from; layer < to; layer++) layers.set(layer, start + layer - from);
  });
  const events = beforeTheAnswer(trace.events).map((event) => ({
    ...event,
    layer: layers.get(event.layer) ?? event.layer,
  }));
  return [{ ...trace, events }];
}

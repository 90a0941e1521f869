import type { Finding } from '../report/finding.ts';
import type { Draft } from './draft.ts';
import type { Move } from './settle.ts';
import type { WatchedApp } from './watched-app.ts';

/** Findings of which the hint is to move the first in front of the second. That of a read follows from the keys. */
const MOVED = new Set(['L101', 'L107']);

/** What the findings want moved within a stack. */
export function movesOf(findings: readonly Finding[], drafts: readonly Draft[], app: WatchedApp): Move[] {
  return findings
    .filter(({ id }) => MOVED.has(id))
    .flatMap(({ places }) => {
      const [first, then] = places.map((place) => draftAt(place, drafts, app));
      return first === undefined || then === undefined || first === then ? [] : [{ first, then }];
    });
}

/** The draft that a layer belongs to: of one in a router, that of the router. */
function draftAt(
  place: Finding['places'][number],
  drafts: readonly Draft[],
  { layers }: WatchedApp,
): Draft | undefined {
  const index = layers.findIndex(({ name, at }) => name === place.name && at === place.at);
  return drafts.find(({ member: { from, to } }) => index >= from && index < to);
}

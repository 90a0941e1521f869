import type { Entry } from './entry.ts';

/**
 * The entries that do something on the way back, in the order in which they do it. The rule: the higher layer acts last,
 * and so has the last word. Within a layer the outermost acts last, as with handlers that are nested.
 *
 * @param ordered - all entries, in the order of running.
 */
export function wayBackOf(ordered: readonly Entry[]): readonly Entry[] {
  return ordered
    .filter(
      ({ middleware }) => middleware.beforeHeaders !== undefined || middleware.afterResponse !== undefined,
    )
    .map((entry, place) => ({ entry, place }))
    .sort((a, b) => a.entry.rank - b.entry.rank || b.place - a.place)
    .map(({ entry }) => entry);
}

/** Whether an entry sets its headers when those of the answer are about to be sent. */
export function setsOnWayBack({ middleware }: Entry): boolean {
  return middleware.beforeHeaders !== undefined;
}

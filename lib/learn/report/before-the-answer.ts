import type { TraceEvent } from '../trace.ts';

/**
 * The events without the doings of those who were entered when the answer was out. Who calls `next` twice, late, or with
 * an error that comes too late, sends the request on to others, who then find an answer that is out.
 */
export function beforeTheAnswer(events: readonly TraceEvent[]): TraceEvent[] {
  const end = events.findIndex(({ kind }) => kind === 'end');
  if (end < 0) return [...events];
  const late = new Set(events.slice(end).flatMap(({ kind, layer }) => (kind === 'enter' ? [layer] : [])));
  return events.filter(({ layer }) => !late.has(layer));
}

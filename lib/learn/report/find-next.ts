import type { TraceEvent } from '../trace.ts';
import type { FindingId } from './finding.ts';
import type { Add } from './found.ts';
import type { Way } from './way.ts';

/** Each a fault of one handler alone. */
const FAULTS: Partial<Record<TraceEvent['kind'], readonly [FindingId, string, string]>> = {
  'next-again': ['L110', 'calls next more than once', 'Return where it has called next.'],
  'next-late': ['L111', 'calls next when the answer is out', 'Call next, or answer; never both.'],
  'write-late': ['L113', 'writes to an answer that is out', 'Return where it has answered.'],
};

/** Handlers that call `next` twice, late or never, and those that write after the answer. */
export function findNext(ways: readonly Way[], add: Add): void {
  for (const way of ways) {
    for (const { kind, layer, name } of way.events) {
      const [id, does, hint] = FAULTS[kind] ?? [];
      const about = way.layers[layer];
      if (id === undefined || about === undefined) continue;
      const key = kind === 'write-late' && name !== 'end' && name !== 'write' ? name : undefined;
      add(id, {
        about: [about],
        message: `"${about.name}" ${does ?? ''}.`,
        hint: hint ?? '',
        ...(key !== undefined && { key }),
        way,
      });
    }
    if (way.trace.status === 0) findSilent(way, add);
  }
}

/** Who was entered last and did nothing more: the request waits for it. */
function findSilent(way: Way, add: Add): void {
  const silent = [...way.entered].filter((index) => !way.did(index, ['next', 'fail', 'end'])).at(-1);
  const about = way.layers[silent ?? -1];
  if (about === undefined) return;
  add('L112', {
    about: [about],
    message: `"${about.name}" neither answered nor called next, so the request was never answered.`,
    hint: 'Answer or call next on every way through it, also where something fails.',
    way,
  });
}

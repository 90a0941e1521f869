import type { Findings } from '../diagnose/diagnostic.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';

/**
 * S210: an error handler gets the errors of what runs before it, and nothing does: it stands in the highest layer, say,
 * which runs first.
 */
export function checkErrorHandlers(ordered: readonly Entry[], findings: Findings): void {
  const mayFail: Entry[] = [];
  for (const entry of ordered) {
    if (!entry.handlesErrors) {
      mayFail.push(entry);
    } else if (!mayFail.some((one) => overlap(one.prefixes, entry.prefixes))) {
      const last = ordered.findLast((one) => !one.handlesErrors && overlap(one.prefixes, entry.prefixes));
      const behind = last === undefined ? '' : `Write after: ['${last.name}'] in ${entry.name}, or `;
      findings.add('S210', [entry], {
        message: `${label(entry)} handles the errors of what runs before it, and nothing does, so it never runs.`,
        hint: `${behind}${last === undefined ? 'P' : 'p'}ut it at the end of the lowest layer, which runs last.`,
      });
    }
  }
}

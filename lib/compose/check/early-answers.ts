import type { Findings } from '../diagnose/diagnostic.ts';
import { type Entry, label } from '../plan/entry.ts';
import { overlap } from '../plan/path-prefix.ts';
import type { AmbiguousOk } from './order.ts';

/** Headers that describe a single answer. All others belong on every answer, an early one too. */
const OF_ONE_ANSWER =
  /^(set-cookie|retry-after|ratelimit.*|x-ratelimit-.*|etag|last-modified|content-.*|location|allow|www-authenticate|server-timing|age|expires|link)$/;

/**
 * S205 and S207: a middleware may end or fail a request before headers are set, so that a 429 or a 400, say, has no CORS
 * headers. A header that is missing there is seen only by a browser.
 */
export function checkEarlyAnswers(ordered: readonly Entry[], ok: AmbiguousOk, findings: Findings): void {
  const earlier: Entry[] = [];
  for (const entry of ordered) {
    // An error handler's headers are those of the errors that it answers.
    const headers = entry.handlesErrors
      ? []
      : (entry.middleware.headers ?? []).filter((name) => !OF_ONE_ANSWER.test(name.toLowerCase()));
    if (headers.length > 0) {
      const met = earlier.filter((one) => overlap(one.prefixes, entry.prefixes) && !ok(one, entry));
      report('S205', entry, headers, met, endsOf, findings);
      report('S207', entry, headers, met, ({ middleware }) => middleware.fails ?? [], findings);
    }
    earlier.push(entry);
  }
}

/** The statuses that an entry ends with, but for the 204 of a preflight: that answers no request of the app's. */
function endsOf({ middleware: { ends = [], headers = [] } }: Entry): readonly number[] {
  const answersPreflights = headers.some((name) => /^access-control-allow-/i.test(name));
  return answersPreflights ? ends.filter((status) => status !== 204) : ends;
}

function report(
  id: 'S205' | 'S207',
  setter: Entry,
  headers: readonly string[],
  met: readonly Entry[],
  statusesOf: (entry: Entry) => readonly number[],
  findings: Findings,
): void {
  const early = met.filter((one) => statusesOf(one).length > 0);
  if (early.length === 0) return;
  const does = id === 'S205' ? 'end the response' : 'fail the request';
  const names = early.map((one) => `${label(one)} with ${statusesOf(one).join(', ')}`);
  findings.add(id, [setter, ...early], {
    message: `${label(setter)} sets ${headers.join(', ')}, but stands behind one that can ${does}: ${names.join('; ')}.`,
    hint: `Write before: [${early.map(({ name }) => `'${name}'`).join(', ')}] in ${setter.name}, so that those answers carry the headers too.`,
    key: headers.join(', '),
  });
}

import type { Findings } from '../diagnose/diagnostic.ts';
import type { Access } from '../plan/access.ts';
import { type Entry, label } from '../plan/entry.ts';
import { isNarrower, overlap } from '../plan/path-prefix.ts';
import { setsOnWayBack, wayBackOf } from '../plan/way-back.ts';
import { pairsInOneLayer } from './writers.ts';

/** Headers to which each middleware adds a line or a value of its own, so two that set one are no conflict. */
const ADDITIVE = new Set([
  'set-cookie',
  'vary',
  'link',
  'server-timing',
  'via',
  'www-authenticate',
  'warning',
]);

/** What a limiter tells of itself. Within another limiter it tells of the narrower limit, which is the one that counts. */
const OF_LIMITERS = /^(retry-after|ratelimit.*|x-ratelimit-.*)$/;

/**
 * S110: two middleware of one layer set one header, so nothing says which value counts. If the path of one lies within
 * that of the other, or if they are limits, that is usual, and only S206.
 */
export function checkHeaders(access: Access, findings: Findings): void {
  for (const [[one, other], headers] of sharedHeaders(access, pairsInOneLayer)) {
    const isNested = isNarrower(one.prefixes, other.prefixes) || isNarrower(other.prefixes, one.prefixes);
    const areLimits = headers.every((header) => OF_LIMITERS.test(header.toLowerCase()));
    const names = headers.join(', ');
    if (isNested || areLimits) {
      findings.add('S206', [one, other], {
        message: `${label(one)} and ${label(other)} both set ${names}, in one layer, and meet on some requests: the last to run wins.`,
        hint: `If that is what you want, silence S206; otherwise let one of them set it, or keep their paths apart.`,
        key: names,
      });
    } else {
      findings.add('S110', [one, other], {
        message: `${label(one)} and ${label(other)} both set ${names}, in one layer.`,
        hint: `Let one of them set it, or move one to another layer.`,
        key: names,
      });
    }
  }
}

/**
 * S204: the last middleware to set a header wins on the wire, and it is not the one in the higher layer. Who sets it on
 * the way back does so behind all who set it on the way in.
 */
export function checkOverwrittenHeaders(ordered: readonly Entry[], access: Access, findings: Findings): void {
  const setting = [
    ...ordered.filter((entry) => !setsOnWayBack(entry)),
    ...wayBackOf(ordered).filter(setsOnWayBack),
  ];
  const position = new Map(setting.map((entry, index) => [entry, index]));
  const overwriting = (by: readonly Entry[]): Iterable<Pair> =>
    pairsThatOverwrite([...by].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0)));
  for (const [[lower, higher], shared] of sharedHeaders(access, overwriting)) {
    const headers = shared.join(', ');
    findings.add('S204', [lower, higher], {
      message: `${label(lower)} sets ${headers} after ${label(higher)} has, so the lower layer has the last word.`,
      hint: `Write overrides: '${lower.name}' in ${higher.name} if it stands in for it, or ${setsOnWayBack(lower) ? 'set it there in beforeHeaders too' : `after: ['${lower.name}']`} if it adds to it.`,
      key: headers,
    });
  }
}

type Pair = readonly [one: Entry, other: Entry];

/**
 * The headers that keep only the value set last, and over which two entries disagree, listed once for each pair.
 *
 * @param pairsOf - which of the entries that set a header disagree over it.
 * @returns the headers as the first of the pair spells them.
 */
function sharedHeaders(
  { setters }: Access,
  pairsOf: (by: readonly Entry[]) => Iterable<Pair>,
): readonly (readonly [Pair, readonly string[]])[] {
  const found = new Map<Entry, Map<Entry, string[]>>();
  for (const [header, by] of setters) {
    if (ADDITIVE.has(header)) continue;
    for (const [one, other] of pairsOf(by)) {
      const others = found.get(one) ?? new Map<Entry, string[]>();
      found.set(one, others.set(other, [...(others.get(other) ?? []), spelling(one, header)]));
    }
  }
  return [...found].flatMap(([one, others]) =>
    [...others].map(([other, headers]) => [[one, other], headers] as const),
  );
}

/** A header as the entry's declaration spells it. */
function spelling({ middleware }: Entry, header: string): string {
  return middleware.headers?.find((name) => name.toLowerCase() === header) ?? header;
}

/** Each entry that sets a header behind one of a higher layer, and that one. */
function* pairsThatOverwrite(running: readonly Entry[]): Generator<Pair> {
  for (const [index, lower] of running.entries()) {
    const higher = running
      .slice(0, index)
      .find((entry) => entry.rank > lower.rank && overlap(entry.prefixes, lower.prefixes));
    if (higher !== undefined) yield [lower, higher];
  }
}

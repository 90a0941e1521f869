import type { DeclarationSite } from '../declare/declaration-site.ts';
import type { Findings } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';
import type { Entry } from '../plan/entry.ts';
import type { AmbiguousOk } from './order.ts';

/**
 * Reads the pairs of `ambiguousOk`. A name that an override has taken over stands for the one that runs. S102: a name that
 * nobody has, without the question mark of one that may be missing.
 *
 * @param site - where `compose` was called.
 */
export function readAmbiguousOk(
  pairs: readonly (readonly [string, string])[],
  byName: ReadonlyMap<string, Entry>,
  site: DeclarationSite,
  findings: Findings,
): AmbiguousOk {
  const known = new Set<string>();
  for (const pair of pairs) {
    const [one, other] = pair.map((says) => {
      const name = says.replace(/\?$/, '');
      const found = byName.get(name)?.name;
      if (found === undefined && name === says) {
        findings.add('S102', [{ name: 'compose', site }], {
          message: `ambiguousOk names "${name}", and nobody in the stack has that name.`,
          hint: `${didYouMean(name, byName.keys())}If it may be missing, write '${name}?'.`,
        });
      }
      return found;
    });
    known.add(`${one}\0${other}`).add(`${other}\0${one}`);
  }
  return (one, other) => known.has(`${one.name}\0${other.name}`);
}

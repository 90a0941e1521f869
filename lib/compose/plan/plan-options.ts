import type { DeclaredKey } from '../declare/keys.ts';
import { DEVELOPMENT_WARNINGS, type DevelopmentWarningId } from '../diagnose/development-warning.ts';
import { DIAGNOSTICS, type WarningId } from '../diagnose/diagnostic.ts';
import { didYouMean } from '../diagnose/did-you-mean.ts';

/** What the plan depends on, besides the layers. */
export interface PlanOptions {
  /** Groups of keys of which an application may use only one: the key that the highest layer writes wins. */
  readonly exclusive?: Readonly<Record<string, readonly DeclaredKey[]>>;
  /** Keys that the routes behind the stack read, so that they don't count as "written and never read". */
  readonly reads?: readonly DeclaredKey[];
  /** Keys that the host, or an outer stack, writes before this stack runs. */
  readonly given?: readonly DeclaredKey[];
  /** Ids of warnings that are known and accepted. */
  readonly silence?: readonly (WarningId | DevelopmentWarningId)[];
  /** Ids of warnings that are errors in this stack; `true` means all of them. */
  readonly strict?: boolean | readonly WarningId[];
  /** Pairs of names whose order doesn't matter. */
  readonly ambiguousOk?: readonly (readonly [string, string])[];
  /** A seed for a random order that keeps the constraints, to test that nothing depends on an undeclared order. */
  readonly shuffle?: number | undefined;
}

/**
 * Refuses a malformed `silence` or `strict`.
 *
 * @throws TypeError for an id that is unknown, that is of an error, or that stands in both.
 */
export function checkPlanOptions({ silence = [], strict = false }: PlanOptions): void {
  checkIds('silence', silence, 'cannot be silenced');
  if (typeof strict === 'boolean') return;
  checkIds('strict', strict, 'need not be raised');
  const both = strict.find((id) => silence.includes(id));
  if (both !== undefined) {
    throw new TypeError(`${both} stands in both silence and strict: take it out of one of them.`);
  }
}

function checkIds(option: 'silence' | 'strict', ids: unknown, refusal: string): void {
  if (!Array.isArray(ids)) {
    throw new TypeError(`${option} takes an array of ids, such as ['S205'], not ${JSON.stringify(ids)}.`);
  }
  const warnings = option === 'silence' ? [...WARNINGS, ...Object.keys(DEVELOPMENT_WARNINGS)] : WARNINGS;
  for (const id of ids as unknown[]) {
    if (warnings.includes(id as string)) continue;
    if (typeof id === 'string' && Object.hasOwn(DIAGNOSTICS, id)) {
      const { title } = DIAGNOSTICS[id as keyof typeof DIAGNOSTICS];
      throw new TypeError(`${option}: ${id} (${title}) is an error, which ${refusal}.`);
    }
    if (typeof id === 'string' && Object.hasOwn(DEVELOPMENT_WARNINGS, id)) {
      const title = DEVELOPMENT_WARNINGS[id as DevelopmentWarningId];
      throw new TypeError(
        `${option}: ${id} (${title}) is found on requests, when compose can throw no more; silence takes it.`,
      );
    }
    throw new TypeError(
      `${option}: there is no diagnostic ${JSON.stringify(id)}. ${didYouMean(String(id), warnings)}The warnings are ${warnings.join(', ')}.`,
    );
  }
}

const WARNINGS: readonly string[] = Object.entries(DIAGNOSTICS)
  .filter(([, { level }]) => level === 'warning')
  .map(([id]) => id);

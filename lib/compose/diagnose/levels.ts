import type { Diagnostic, DiagnosticId, WarningId } from './diagnostic.ts';

/**
 * The diagnostics that are not silenced, at the level that `strict` gives them. Errors come first, then it goes by id.
 */
export function levelled(
  found: readonly Diagnostic[],
  {
    silence = [],
    strict = false,
  }: { readonly silence?: readonly string[]; readonly strict?: boolean | readonly WarningId[] },
): readonly Diagnostic[] {
  const raised: readonly DiagnosticId[] = typeof strict === 'boolean' ? [] : strict;
  return found
    .filter(({ id }) => !silence.includes(id))
    .map((one) => (strict === true || raised.includes(one.id) ? { ...one, level: 'error' as const } : one))
    .sort((a, b) => a.level.localeCompare(b.level) || a.id.localeCompare(b.id));
}

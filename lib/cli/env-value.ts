/** A value as it is written in a file: in single quotes, in double quotes, or in none. */
export interface WrittenValue {
  readonly single?: string;
  readonly double?: string;
  readonly plain?: string;
}

/** What a shell replaces: `$NAME`, `${NAME}`, `$(command)`, `$1`, `$$`; and a command between backticks. */
const REPLACED = /\$[\w{(*@#?$!-]|`/;
/** What a shell replaces at the beginning only: `~`, `~/folder`, `~user`. */
const HOME = /^~[\w.-]*(\/|$)/;
/** What a backslash stands before to keep it from a shell; before anything else it is one, as in `C:\data`. */
const KEPT_FROM_SHELL = /\\([\s"'$`#&;()|<>]|$)/;

/**
 * The value as a shell would have it, where both read the same. Files of variables are copied from and into shells: what a
 * shell would have put in the place of `$HOME` must not become the name of a folder, or a password.
 */
export function valueOf({
  single,
  double,
  plain = '',
}: WrittenValue): { readonly value: string } | { readonly complaint: string } {
  if (single !== undefined) return { value: single };
  if (double !== undefined) {
    return REPLACED.test(double.replaceAll(/\\[^]/g, ''))
      ? { complaint: 'nothing is put in the place of $ or `: write the value out, or in single quotes.' }
      : { value: double.replaceAll(/\\([n\n\\"$`])/g, (_, char: string) => ESCAPED[char] ?? char) };
  }
  const value = plain.trim();
  if (REPLACED.test(value) || HOME.test(value)) {
    return {
      complaint: 'nothing is put in the place of $, ~ or `: write the value out, or in single quotes.',
    };
  }
  if (/["']/.test(value)) return { complaint: 'a quote has to stand around the whole value, on both sides.' };
  return KEPT_FROM_SHELL.test(value)
    ? { complaint: 'a backslash keeps nothing from being read: write the value in single quotes.' }
    : { value };
}

/** A backslash at the end of a line joins it with the next. */
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', '\n': '' };

/**
 * The difference between two lists of lines, by their longest common subsequence, as `diff` shows it: `-` for what was,
 * `+` for what is, two spaces for what is in both. Empty when they agree.
 */
export function lineDiff(was: readonly string[], is: readonly string[]): string[] {
  const common = commonLengths(was, is);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < was.length || j < is.length) {
    if (i < was.length && was[i] === is[j]) {
      lines.push(`  ${was[i++] ?? ''}`);
      j++;
    } else if (i < was.length && (j >= is.length || (common[i + 1]?.[j] ?? 0) >= (common[i]?.[j + 1] ?? 0))) {
      lines.push(`- ${was[i++] ?? ''}`);
    } else {
      lines.push(`+ ${is[j++] ?? ''}`);
    }
  }
  return lines.some((text) => !text.startsWith(' ')) ? lines : [];
}

/** How long the longest common subsequence is from each pair of places on. */
function commonLengths(was: readonly string[], is: readonly string[]): number[][] {
  const lengths = Array.from({ length: was.length + 1 }, () => new Array<number>(is.length + 1).fill(0));
  for (let i = was.length - 1; i >= 0; i--) {
    for (let j = is.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] =
        was[i] === is[j]
          ? (lengths[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}

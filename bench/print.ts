import type { Claim, Result } from './suite.ts';

/** A result as lines for a terminal: the table, and below it the claims. */
export function printResult({ title, unit, timings, claims = [] }: Result): string {
  const rows = [...timings].map(([name, { minimum, median }]) => [name, number(minimum), number(median)]);
  return [`${title} (${unit})`, '', ...table([['', 'minimum', 'median'], ...rows]), '', ...claims.map(line)]
    .join('\n')
    .trimEnd();
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

function line({ name, value, below, above }: Claim): string {
  const met = (below === undefined || value < below) && (above === undefined || value > above);
  const bounds = [
    ...(below === undefined ? [] : [`below ${below}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
  ];
  const verdict =
    bounds.length === 0 ? '' : ` (to be ${bounds.join(' and ')}: ${met ? 'reached' : 'missed'})`;
  return `  ${name} = ${number(value)}${verdict}`;
}

/** Three digits that count. */
function number(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** What the run comes to, and what it has to: for its claims, and for docs/scaling.md. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Claim } from '../suite.ts';

/** What was counted and measured. */
export interface Summary {
  readonly users: number;
  readonly seconds: number;
  readonly workers: number;
  readonly requests: number;
  /** Requests that had another answer than 200, or none. */
  readonly failures: number;
  /** How many refresh tokens GitHub has taken. */
  readonly refreshes: number;
  /** How many of them it had taken before. */
  readonly reused: number;
  /** How long a client waits from when it wants to ask, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** What all workers keep in memory, in MiB, when all garbage is collected: in the second quarter of the run, and in the last. */
  readonly keptBefore: number;
  readonly keptAfter: number;
  /** What they had of the memory of the system at most, in MiB: garbage is a part of it until it is looked for. */
  readonly resident: number;
}

/** The summary under the names of the table. */
const ROWS: Readonly<Record<keyof Summary, string>> = {
  users: 'Users signed in, each with a token that dies once',
  seconds: 'Seconds',
  workers: 'Workers of `serve --workers`',
  requests: 'Requests that need a token',
  failures: 'Failed requests',
  refreshes: 'Refreshes at GitHub',
  reused: 'Refresh tokens used twice',
  p50: 'Half of the clients wait at most, ms',
  p99: '99 of 100 wait at most, ms',
  keptBefore: 'What all workers keep in memory in the second quarter, MiB',
  keptAfter: 'What they keep in the last quarter, MiB',
  resident: 'What they have of the memory of the system at most, MiB',
};

const TABLE = /(?<=<!-- ten-thousand: .* -->\n\n)[^]*?(?=\n\n<!-- end of ten-thousand -->)/;

/** What has to be true of a run. */
export function claims(summary: Summary): readonly Claim[] {
  const { users, failures, refreshes, reused, keptBefore, keptAfter } = summary;
  return [
    { name: 'failed requests', value: failures, below: 1 },
    { name: 'refreshes / users', value: refreshes / users, below: 1.00001, above: 0.99999 },
    { name: 'refresh tokens used twice', value: reused, below: 1 },
    { name: 'memory kept in the last quarter / in the second', value: keptAfter / keptBefore, below: 1.15 },
  ];
}

export function tableOf(summary: Summary): string {
  const names = Object.keys(ROWS) as (keyof Summary)[];
  const rows = names.map((name) => [ROWS[name], summary[name].toLocaleString('en-US')] as const);
  const cells = [['What', 'How much'] as const, ...rows];
  const [left, right] = [0, 1].map((at) => Math.max(...cells.map((row) => row[at as 0 | 1].length))) as [
    number,
    number,
  ];
  const line = ([what, much]: readonly [string, string]) =>
    `| ${what.padEnd(left)} | ${much.padStart(right)} |`;
  const [head, ...body] = cells.map(line);
  return [head, `| ${'-'.repeat(left)} | ${'-'.repeat(right - 1)}: |`, ...body].join('\n');
}

/**
 * What a page says of the last run.
 *
 * @returns undefined when there was none yet.
 * @throws Error when the page has no place for it.
 */
export function summaryIn(text: string): Summary | undefined {
  const table = TABLE.exec(text)?.[0];
  if (table === undefined) throw new Error('There is no place for the table of ten-thousand.');
  if (!table.startsWith('|')) return undefined;
  const numbers = new Map(
    table.split('\n').map((line) => {
      const [, what = '', much = ''] = line.split('|').map((cell) => cell.trim());
      return [what, Number(much.replaceAll(',', ''))] as const;
    }),
  );
  return Object.fromEntries(
    Object.entries(ROWS).map(([name, what]) => [name, numbers.get(what) ?? NaN]),
  ) as unknown as Summary;
}

/** Writes the table into a page, in the place of the one before. */
export async function writeTable(page: URL, summary: Summary): Promise<void> {
  const text = await readFile(page, 'utf8');
  summaryIn(text);
  await writeFile(
    page,
    text.replace(TABLE, () => tableOf(summary)),
  );
}

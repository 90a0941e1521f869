import { keyOfRead } from '../declare/keys.ts';
import type { Diagnostic } from '../diagnose/diagnostic.ts';
import { formatDiagnostic } from '../diagnose/format-diagnostic.ts';
import type { PlannedMiddleware, PlannedWayBack } from './describe-plan.ts';

/** How `stack.print` writes a plan: as a table for a terminal, as a Mermaid flowchart, or as JSON. */
export type PrintFormat = 'table' | 'mermaid' | 'json';

/** A plan and its diagnostics, to be printed. */
export interface Printable {
  readonly plan: readonly PlannedMiddleware[];
  readonly wayBack: PlannedWayBack;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Writes a plan and its diagnostics as text.
 *
 * @throws TypeError when the format is unknown.
 */
export function printPlan(printable: Printable, format: PrintFormat = 'table'): string {
  switch (format) {
    case 'table':
      return printTable(printable);
    case 'mermaid':
      return printMermaid(printable);
    case 'json':
      return JSON.stringify(
        { plan: printable.plan, wayBack: printable.wayBack, diagnostics: printable.diagnostics },
        null,
        2,
      );
    default:
      throw new TypeError(`print() takes 'table', 'mermaid' or 'json', not ${JSON.stringify(format)}.`);
  }
}

const COLUMNS = [
  '',
  'name',
  'layer',
  'path',
  'reads',
  'writes',
  'updates',
  'reads after',
  'because',
] as const;

function printTable({ plan, wayBack, diagnostics }: Printable): string {
  const rows = plan.map((entry, index) => [
    String(index + 1),
    entry.overrides === undefined || entry.overrides === entry.name
      ? entry.name
      : `${entry.name} (for ${entry.overrides})`,
    entry.layer,
    (entry.mount ?? entry.path)?.join(' ') ?? '',
    entry.reads.join(' '),
    entry.writes.join(' '),
    entry.updates.join(' '),
    entry.readsAfter.join(' '),
    entry.because,
  ]);
  const filled = COLUMNS.flatMap((_, column) => (rows.some((row) => row[column]) ? [column] : []));
  const table = [COLUMNS, ...rows].map((row) => filled.map((column) => row[column] ?? ''));
  const widths = filled.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padStart(widths[0] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const back = linesOf(wayBack);
  return [
    ...lines,
    ...(back.length === 0 ? [] : ['', ...back]),
    ...diagnostics.map((one) => `\n${formatDiagnostic(one)}`),
  ].join('\n');
}

/** Who acts on the way back, the last one behind all others. */
function linesOf({ beforeHeaders, afterResponse }: PlannedWayBack): string[] {
  const line = (when: string, names: readonly string[]) =>
    names.length === 0 ? [] : [`${when}: ${names.join(', then ')}`];
  return [...line('before the headers', beforeHeaders), ...line('after the response', afterResponse)];
}

/**
 * A flowchart of the middleware in order of running, framed by layer, with each key from its writers to its readers.
 */
function printMermaid({ plan }: Printable): string {
  const id = new Map(plan.map(({ name }, index) => [name, `m${index}`]));
  const layers = [...new Set(plan.map(({ layer }) => layer))];
  const frames = layers.flatMap((layer, index) => [
    `  subgraph l${index}["${quoted(layer)}"]`,
    ...plan
      .filter((entry) => entry.layer === layer)
      .map(({ name }) => `    ${id.get(name) ?? ''}["${quoted(name)}"]`),
    '  end',
  ]);
  const order = plan.slice(1).map((_, index) => `  m${index} --> m${index + 1}`);
  const handovers = plan.flatMap((reader) =>
    [...reader.reads.map(keyOfRead), ...reader.readsAfter].flatMap((key) =>
      plan
        .filter((writer) => writer !== reader && [...writer.writes, ...writer.updates].includes(key))
        .map(
          (writer) => `  ${id.get(writer.name) ?? ''} -. "${quoted(key)}" .-> ${id.get(reader.name) ?? ''}`,
        ),
    ),
  );
  return ['flowchart TB', ...frames, ...order, ...handovers].join('\n');
}

function quoted(text: string): string {
  return text.replaceAll('"', '#quot;');
}

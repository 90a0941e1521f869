import type { Stack } from '../compose.ts';
import { hangingIndent } from '../compose/diagnose/hanging-indent.ts';

/** The plan of a stack where the table is wider than the terminal: a block of lines for each middleware. */
export function stackBlocks({ plan }: Stack, columns: number): string {
  const width = String(plan.length).length;
  const blocks = plan.map((entry, index) => {
    const paths = (entry.mount ?? entry.path)?.join(' ') ?? '';
    const replaced =
      entry.overrides === undefined || entry.overrides === entry.name ? '' : ` for ${entry.overrides}`;
    const head =
      `${String(index + 1).padStart(width)}  ${entry.name} (${entry.layer}${replaced}) ${paths}`.trimEnd();
    const rows = [
      ['reads', entry.reads],
      ['writes', entry.writes],
      ['updates', entry.updates],
      ['because', [entry.because]],
    ] as const;
    const lines = rows.flatMap(([title, values]) =>
      values.length === 0
        ? []
        : [hangingIndent(`${' '.repeat(width + 2)}${title} `, values.join(' '), width + 4, columns)],
    );
    return [head, ...lines].join('\n');
  });
  return blocks.join('\n');
}

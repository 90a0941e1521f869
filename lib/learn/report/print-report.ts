import { hangingIndent } from '../../compose/diagnose/hanging-indent.ts';
import { type Finding, FINDINGS, type LearnReport } from './finding.ts';
import { printHtml } from './print-html.ts';
import { grouped, headline, howSure } from './report-words.ts';

/** How a report is written: for a terminal, for tools, for a page of documentation, or as a page of its own. */
export type LearnFormat = 'table' | 'json' | 'markdown' | 'html';

/** How many columns a report takes in a terminal. */
const COLUMNS = 100;

/** How many lines a note takes there. */
const MOST_NOTE_LINES = 8;

/** A report as text. */
export function printReport(report: LearnReport, format: LearnFormat): string {
  switch (format) {
    case 'json':
      return printJson(report);
    case 'markdown':
      return printMarkdown(report);
    case 'html':
      return printHtml(report);
    case 'table':
      return printTable(report);
  }
}

/** Without what the handlers did: it differs from run to run, and the report may be committed. */
function printJson({ findings, notes, requests }: LearnReport): string {
  return JSON.stringify({ findings, notes, requests }, null, 2);
}

function printTable(report: LearnReport): string {
  const groups = [...grouped(report.findings)].map(([pair, findings]) =>
    [pair, ...findings.map((finding) => inTerminal(finding))].join('\n'),
  );
  const notes = report.notes.map(noteInTerminal);
  return [`${headline(report)}.`, ...groups, ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n');
}

/** A large app has a hundred handlers that a suite does not reach. They would hide the findings. */
function noteInTerminal(note: string): string {
  const lines = hangingIndent('  note: ', note, 8, COLUMNS).split('\n');
  if (lines.length <= MOST_NOTE_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_NOTE_LINES - 1), '        … --format json has all of them.'].join('\n');
}

function inTerminal(finding: Finding): string {
  const { id, level, message, hint, places, requests } = finding;
  return [
    hangingIndent(`  ${level} ${id} (${FINDINGS[id].title}, ${howSure(finding)}): `, message, 4, COLUMNS),
    ...places.map(({ name, at }) => `    at ${at} (${name})`),
    ...(requests.length > 0 ? [hangingIndent('    in ', requests.join(', '), 7, COLUMNS)] : []),
    hangingIndent('    hint: ', hint, 10, COLUMNS),
  ].join('\n');
}

function printMarkdown(report: LearnReport): string {
  const rows = report.findings.map((finding) => {
    const { id, level, message, hint, places, requests } = finding;
    return [
      `${id} ${FINDINGS[id].title}`,
      `${level}, ${howSure(finding)}`,
      `${message} ${hint}`,
      places.map(({ name, at }) => `${name} (${at})`).join('<br>'),
      requests.join('<br>'),
    ];
  });
  const lines = [
    ['Finding', 'Level', 'What', 'Where', 'Requests'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ];
  const table = lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  const notes = report.notes.map((note) => `- ${note}`);
  return [`${headline(report)}.`, table.join('\n'), ...(notes.length > 0 ? [notes.join('\n')] : [])].join(
    '\n\n',
  );
}

import type { DestinationStream } from 'pino';

/** Names of what is worth a look; all else is ordinary. */
const NAMES: Readonly<Record<number, string>> = { 40: 'Warning: ', 50: 'Error: ', 60: 'Fatal: ' };
/** What every line has, or has a place of its own. */
const ELSEWHERE = new Set(['level', 'time', 'pid', 'hostname', 'msg', 'err', 'request_id', 'worker']);
/** What would move the cursor of a terminal, end the line or turn it around: strangers write a part of the log. */
// eslint-disable-next-line no-control-regex -- These are what it is about.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly msg?: string;
  readonly err?: { readonly message: string; readonly stack?: string };
  /** Which of several processes says it. */
  readonly worker?: number;
  readonly [name: string]: unknown;
}

/**
 * Writes the log for a person at a terminal: `12:03:11 GET /api/settings 200 3 ms`. Machines read the JSON as it is.
 *
 * @param out - takes a line without its end.
 */
export function terminalLog(out: (line: string) => void): DestinationStream {
  return {
    write: (text) => out(readable(JSON.parse(text) as LogLine)),
  };
}

function readable(line: LogLine): string {
  const time = new Date(line.time).toTimeString().slice(0, 8);
  const name = NAMES[line.level] ?? '';
  const text = line.msg === 'request' ? requestLine(line) : `${name}${line.msg ?? ''}${fieldsOf(line)}`;
  const why = line.err === undefined ? '' : `: ${line.err.message}`;
  // A trace is for those who look for a mistake.
  const trace =
    line.level >= 50 && line.err?.stack !== undefined && isMistake(line)
      ? `\n${line.err.stack.split('\n').map(harmless).join('\n')}`
      : '';
  const worker = line.worker === undefined ? '' : `[${line.worker}] `;
  return `${time} ${worker}${harmless(text + why)}${trace}`;
}

function harmless(text: string): string {
  return text.replaceAll(CONTROL, '\uFFFD');
}

function requestLine({ method, url, status, duration_ms: duration, aborted }: LogLine): string {
  const rest = aborted === true ? ' (aborted)' : '';
  return `${String(method)} ${String(url)} ${String(status)} ${String(duration)} ms${rest}`;
}

function fieldsOf(line: LogLine): string {
  const fields = Object.entries(line).filter(([name]) => !ELSEWHERE.has(name));
  return fields.length === 0 ? '' : ` ${JSON.stringify(Object.fromEntries(fields))}`;
}

/** An error without a code is no failure that somebody has thought of. */
function isMistake({ err }: LogLine): boolean {
  return err !== undefined && !('code' in err);
}

/** What POSIX writes into a pipe in one piece (`PIPE_BUF` of Linux): of more, others' may get in between. */
export const IN_ONE_PIECE_BYTES = 4096;
/** How much is left of a text in a line that is too long: at first, and at last; in characters. */
const LONGEST_TEXT = 2048;
const SHORTEST_TEXT = 32;
/** What a line still says when it has more fields than there is room for. */
const ALWAYS = ['level', 'time', 'pid', 'hostname', 'worker', 'msg'];

/**
 * A line of JSON that is written into a pipe in one piece, however slowly that is read: the longest texts in it are
 * shortened until that is so.
 *
 * @param line - with its end.
 */
export function inOnePiece(line: string): string {
  if (Buffer.byteLength(line) <= IN_ONE_PIECE_BYTES) return line;
  const fields = JSON.parse(line) as Record<string, unknown>;
  for (let longest = LONGEST_TEXT; longest >= SHORTEST_TEXT; longest /= 2) {
    const shortened = shortenedTo(longest, fields);
    if (Buffer.byteLength(shortened) <= IN_ONE_PIECE_BYTES) return shortened;
  }
  return shortenedTo(SHORTEST_TEXT, Object.fromEntries(ALWAYS.map((name) => [name, fields[name]])));
}

function shortenedTo(longest: number, fields: unknown): string {
  const shorten = (_name: string, value: unknown) =>
    typeof value === 'string' && value.length > longest ? `${value.slice(0, longest)}…` : value;
  return `${JSON.stringify(fields, shorten)}\n`;
}

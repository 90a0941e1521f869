/**
 * Breaks a text between words into lines. A word that is longer than a line has a line to itself.
 *
 * @param begin - the beginning of the first line.
 * @param indent - how many spaces the other lines begin with.
 * @param columns - how long a line may be, in characters.
 */
export function hangingIndent(begin: string, text: string, indent: number, columns: number): string {
  const [first = '', ...words] = text.split(' ');
  const lines: string[] = [];
  let line = begin + first;
  for (const word of words) {
    if (line.length + 1 + word.length <= columns) {
      line += ` ${word}`;
    } else {
      lines.push(line);
      line = ' '.repeat(indent) + word;
    }
  }
  return [...lines, line].join('\n');
}

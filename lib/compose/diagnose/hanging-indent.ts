/**
 * Breaks a text between words into lines of at most so many columns; a word that is longer has a line of its own.
 *
 * @param begin - the beginning of the first line.
 * @param indent - how many spaces the other lines begin with.
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

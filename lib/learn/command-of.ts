/** What `spawn` is given for a command. */
export interface SpawnedCommand {
  readonly shell: boolean;
  readonly command: readonly [program: string, args: readonly string[]];
}

/** What a word may hold that cmd.exe takes for itself, or for the end of the word, unless it stands in quotes. */
const NOT_PLAIN = /[\s"&|<>^()]/;

/**
 * How a command is started. On Windows, npm and npx are scripts that only a shell can run; it is given one line, in which
 * a word that is not plain stands in quotes.
 *
 * @param words - the program and its arguments.
 */
export function commandOf(
  [program = '', ...args]: readonly string[],
  platform: NodeJS.Platform = process.platform,
): SpawnedCommand {
  if (platform !== 'win32') return { shell: false, command: [program, args] };
  return { shell: true, command: [quoted(program), args.map(quoted)] };
}

/** A backslash before a quote, or before the end of a quoted word, has to be doubled for the program that reads it. */
function quoted(word: string): string {
  if (word !== '' && !NOT_PLAIN.test(word)) return word;
  const kept = word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&');
  return `"${kept}"`;
}

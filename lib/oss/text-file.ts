/** Text that people write. Their editors choose between UTF-8 and UTF-16, and whether it begins with a byte order mark. */
import { readFile } from 'node:fs/promises';

/**
 * The text in `bytes`, without its byte order mark: UTF-8, or UTF-16 when it begins with the mark of it.
 *
 * @see https://encoding.spec.whatwg.org/#decode
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * The text of a file that people write, see {@link decodeText}.
 *
 * @throws the error of `readFile`; a TypeError when it is no text in either encoding, since half of it would be lost.
 */
export async function readTextFile(path: string): Promise<string> {
  const text = decodeText(await readFile(path));
  // UTF-16 without its mark, or UTF-32: there is a NUL in nearly every character.
  if (text.includes('\0'))
    throw new TypeError('It is no text in UTF-8, nor in UTF-16 with a byte order mark.');
  return text;
}

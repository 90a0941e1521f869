/**
 * A text as one of its own, to be remembered. V8 makes a part of a text by pointing into the whole: a cookie's value, kept,
 * keeps the 16 KB of headers that it came in.
 */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

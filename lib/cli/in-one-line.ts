/** What failed, and on the operator's side of it, why. */
export function inOneLine(error: Error): string {
  const line = error.message.replaceAll(/\s+/g, ' ').trim();
  return error.cause instanceof Error ? `${line} ${inOneLine(error.cause)}` : line;
}

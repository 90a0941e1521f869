import { ConfigurationError } from '../oss/errors.ts';
import { inOneLine, isForOperators } from './in-one-line.ts';

/**
 * What to tell an operator about an error that ends a command: one line, or a list where several things are wrong.
 *
 * @returns undefined for a mistake in a program, which its stack trace leads to.
 */
export function failureText(error: unknown): string | undefined {
  // The causes of a configuration error are told in its own message.
  if (!(error instanceof ConfigurationError)) return isForOperators(error) ? inOneLine(error) : undefined;
  const { complaints, message } = error;
  if (complaints.length < 2) return message;
  const lines = complaints.map((complaint) => `  - ${complaint}`);
  return [`${complaints.length} things have to be set or mended:`, ...lines].join('\n');
}

import { ConfigurationError } from './errors.ts';

/**
 * Runs checks of the configuration one after the other, and throws once, with all that they have found.
 *
 * @throws ConfigurationError one line; any other error at once.
 */
export async function inOneList(checks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const found: ConfigurationError[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      found.push(error);
    }
  }
  const [first, ...others] = found;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  const complaints = found.flatMap((error) => error.complaints);
  throw new ConfigurationError(complaints.join(' '), { complaints, cause: first });
}

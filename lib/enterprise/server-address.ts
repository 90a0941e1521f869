/** Addresses of other servers, with a user and a password in them, as `DATABASE_URL` and `REDIS_URL` are. */

/** What both say of an address that cannot be read. */
export const PERCENT_ENCODED = 'in which @ : / ? # and % of a password are percent-encoded';

/**
 * Reads such an address. A password with a plain `/`, `?` or `#` ends the host where nobody means it to end, and the rest
 * of it would be taken for a path that may be shown. What looks like that is refused, and so is a `%` that encodes
 * nothing.
 *
 * @returns undefined when it cannot be meant.
 */
export function parseServerAddress(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const names = [...url.searchParams.keys()];
  const isCutOff = url.hash !== '' || [url.pathname, ...names].some((part) => part.includes('@'));
  return isCutOff || !isDecodable(text) ? undefined : url;
}

/** Whether every `%` in a text begins a character that is percent-encoded. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

import type { Request } from 'express';
import parseUrl from 'parseurl';

/**
 * The path by which Express routes a request. The same function as in Express reads it, so that both always agree.
 *
 * @returns undefined for a path that cannot be read.
 */
export function pathOf(req: Request): string | undefined {
  try {
    return parseUrl(req)?.pathname ?? undefined;
  } catch {
    return undefined;
  }
}

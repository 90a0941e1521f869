import type { Request } from 'express';

/** Whether the request's path is one of `prefixes`, or below one. Like Express's routes, it ignores case. */
export function isUnderAny(prefixes: readonly string[], req: Pick<Request, 'path'>): boolean {
  const path = `${req.path.toLowerCase()}/`;
  return prefixes.some((prefix) => path.startsWith(`${prefix}/`));
}

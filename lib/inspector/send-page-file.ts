import type { Request, Response } from 'express';
import type { PageFile } from './page-files.ts';

/** A year, in seconds. */
const KEPT_FOR = 31_536_000;

/** Sends a file of the page as small as the browser takes it. Nobody but the browser may keep it, as not everybody may look. */
export function sendPageFile(
  req: Request,
  res: Response,
  { type, body, compressed, isNamedAfterContent }: PageFile,
): void {
  res.setHeader('Content-Type', type);
  if (isNamedAfterContent) res.setHeader('Cache-Control', `private, max-age=${KEPT_FOR}, immutable`);
  if (compressed.length > 0) res.vary('Accept-Encoding');
  const chosen = compressed.find(({ encoding }) => req.acceptsEncodings(encoding));
  if (chosen !== undefined) res.setHeader('Content-Encoding', chosen.encoding);
  const sent = chosen?.body ?? body;
  res.setHeader('Content-Length', sent.length).end(sent);
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { isRead } from '../is-read.ts';

/** The encodings that the build makes, the smallest first, by how its files end. */
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * Sends `/assets/*` as the build has compressed it, to those who take it so. There is nothing compressed beside the
 * sources, which are served as they are.
 */
export function compressedAssets(directory: string): RequestHandler {
  const root = join(directory, 'assets');
  const files = new Set(existsSync(root) ? readdirSync(root) : []);
  const sendCompressed: RequestHandler = (req, res, next) => {
    const name = req.path.startsWith('/assets/') ? req.path.slice('/assets/'.length) : '';
    const offered = ENCODINGS.filter(([, suffix]) => files.has(name + suffix));
    if (offered.length === 0 || !isRead(req)) {
      next();
      return;
    }
    res.vary('Accept-Encoding');
    const chosen = offered.find(([encoding]) => req.acceptsEncodings(encoding));
    if (chosen === undefined) {
      next();
      return;
    }
    const [encoding, suffix] = chosen;
    res.type(name).set('Content-Encoding', encoding);
    res.sendFile(name + suffix, { root, cacheControl: false });
  };
  return sendCompressed;
}

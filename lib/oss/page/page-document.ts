import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Request, RequestHandler } from 'express';
import parseurl from 'parseurl';
import { isRead } from '../is-read.ts';
import { type PageFacts, withFacts } from './page-facts.ts';

export interface PageDocumentOptions {
  readonly directory: string;
  readonly facts: (req: Request) => PageFacts;
}

const compressed = promisify(gzip);

/** Sends `index.html` of the built-in page, with what the page has to know in its head. */
export function pageDocument({ directory, facts }: PageDocumentOptions): RequestHandler {
  const sendDocument: RequestHandler = async (req, res, next) => {
    if (!isDocument(req)) {
      next();
      return;
    }
    const html = Buffer.from(withFacts(await readFile(join(directory, 'index.html'), 'utf8'), facts(req)));
    res.type('html').vary('Accept-Encoding');
    if (!req.acceptsEncodings('gzip')) res.send(html);
    else res.set('Content-Encoding', 'gzip').send(await compressed(html));
  };
  return sendDocument;
}

function isDocument(req: Request): boolean {
  if (!isRead(req)) return false;
  if (req.path === '/index.html') return true;
  // Mounted at `/app`, the page is at `/app/`: what it loads is found from there.
  return req.path === '/' && (parseurl.original(req)?.pathname?.endsWith('/') ?? false);
}

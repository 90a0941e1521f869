import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RequestHandler } from 'express';
import { isRead } from '../is-read.ts';
import { isViewOfClient } from '../routes/static.ts';

/**
 * Shows a page to a person who follows a link to nowhere. Programs get the JSON of the error handler, and so does everybody
 * at the addresses of the API.
 */
export function notFoundPage(directory: string): RequestHandler {
  const showNotFound: RequestHandler = async (req, res, next) => {
    if (!isRead(req) || !isViewOfClient(req.path) || req.accepts(['json', 'html']) !== 'html') {
      next();
      return;
    }
    const html = await readFile(join(directory, 'not-found.html'), 'utf8');
    const up = '../'.repeat(req.path.split('/').length - 2);
    res.status(404).type('html').vary('Accept');
    res.send(html.replaceAll('="./', `="${up || './'}`));
  };
  return showNotFound;
}

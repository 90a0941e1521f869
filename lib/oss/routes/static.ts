import { access } from 'node:fs/promises';
import { join } from 'node:path';
import express, { Router } from 'express';

/**
 * Serves the files of a built client, or of the built-in page. `Cache-Control` is left to the middleware; `ETag` and
 * `Last-Modified` make revalidation cheap.
 */
export function staticRoutes(directory: string): Router {
  const router = Router();
  router.use((req, _res, next) => next(isPublic(req.path) ? undefined : 'router'));
  router.use(express.static(directory, { cacheControl: false, dotfiles: 'ignore' }));
  return router;
}

/** What is never a view of a client: who calls an API must see the mistake, and no cache may keep a page as an asset. */
const NO_VIEW = /^\/(api|oauth|integration|assets)(\/|$)/i;

/** Answers unknown addresses with the client's `index.html`: they are views of a client that routes by itself. */
export function clientViews(directory: string): Router {
  const router = Router();
  router.get('/{*path}', (req, res, next) => {
    if (NO_VIEW.test(req.path) || !isPublic(req.path)) next();
    else res.sendFile('index.html', { root: directory, cacheControl: false });
  });
  return router;
}

/** Whether a folder holds a client that can be served. */
export async function hasIndexPage(directory: string): Promise<boolean> {
  return access(join(directory, 'index.html')).then(
    () => true,
    () => false,
  );
}

/** Nobody meant to publish `.env` and `.git`. */
function isPublic(path: string): boolean {
  try {
    return !decodeURIComponent(path)
      .split(/[/\\]/)
      .some((segment) => segment.startsWith('.'));
  } catch {
    return false;
  }
}

import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type RequestHandler, Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { isRead } from '../is-read.ts';
import { isPublic } from './public-path.ts';
import { answerOtherMethod } from './resource.ts';

const METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Serves the files of a built client, or of the built-in page. `Cache-Control` is left to the middleware; `ETag` and
 * `Last-Modified` make revalidation cheap.
 *
 * @param before - what is sent in another way than as the file that it is.
 */
export function staticRoutes(directory: string, before: readonly RequestHandler[] = []): DeclaredRoutes {
  const router = Router();
  const onlyPublic: RequestHandler = (req, _res, next) => next(isPublic(req.path) ? undefined : 'router');
  const otherMethods: RequestHandler = async (req, res, next) => {
    if (isRead(req) || !(await isFile(directory, req.path))) next();
    else answerOtherMethod(METHODS, req, res);
  };
  router.use(
    onlyPublic,
    ...before,
    express.static(directory, { cacheControl: false, dotfiles: 'ignore' }),
    otherMethods,
  );
  return defineRoutes({ name: 'files', router });
}

/**
 * What is no view of a client. A caller of an API must see the mistake, no cache may keep a page as an asset, and a client
 * of Socket.IO would try to read the page as a handshake, again and again.
 */
const NO_VIEW = /^\/(api|oauth|integration|assets|socket\.io)(\/|$)/i;

/** Whether a path may be a view, which a person looks at. */
export function isViewOfClient(path: string): boolean {
  return !NO_VIEW.test(path) && isPublic(path);
}

/** Answers unknown addresses with the client's `index.html`: they are views of a client that routes by itself. */
export function clientViews(directory: string): DeclaredRoutes {
  const router = Router();
  const onlyViews: RequestHandler = (req, _res, next) =>
    next(isViewOfClient(req.path) ? undefined : 'router');
  const indexPage: RequestHandler = (_req, res) =>
    res.sendFile('index.html', { root: directory, cacheControl: false });
  router.use(onlyViews).get('/{*path}', indexPage);
  return defineRoutes({ name: 'client-views', router, falls: true });
}

/** Whether a folder holds a client that can be served. */
export async function hasIndexPage(directory: string): Promise<boolean> {
  return access(join(directory, 'index.html')).then(
    () => true,
    () => false,
  );
}

/** @param path - public, so that it can be decoded and has no `..` in it. */
async function isFile(directory: string, path: string): Promise<boolean> {
  const name = decodeURIComponent(path);
  return stat(join(directory, name.endsWith('/') ? `${name}index.html` : name)).then(
    (found) => found.isFile(),
    () => false,
  );
}

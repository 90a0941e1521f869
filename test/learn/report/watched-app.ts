import type { Express, NextFunction, Request, Response } from 'express';
import { watchedExpress } from '../fresh-express.ts';

/** An app with a key that is read before it is written. @param name - of who reads it. */
export function watchedApp(name: string): Express {
  const app = watchedExpress('express')();
  const reader = (req: Request, res: Response, next: NextFunction) => {
    res.set('x-user', String(userOf(req)));
    next();
  };
  Object.defineProperty(reader, 'name', { value: name });
  app.use(reader);
  app.use(function signIn(req, _res, next) {
    Object.assign(req, { user: 1 });
    next();
  });
  app.get('/', (req, res) => void res.send(String(userOf(req))));
  return app;
}

function userOf(req: object): unknown {
  return (req as { user?: unknown }).user;
}

import { type Request, Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { resource } from './resource.ts';

export interface SessionRoutesOptions {
  readonly isAuthenticated: (req: Request) => boolean;
}

/** `/api/authenticate` says whether somebody is signed in; `/api/logout` always succeeds. */
export function sessionRoutes({ isAuthenticated }: SessionRoutesOptions): DeclaredRoutes {
  const router = Router();
  resource(router, '/api/authenticate', {
    post: (req, res) => {
      if (!isAuthenticated(req)) throw new HttpError(401, 'not_authenticated', 'User is not authenticated');
      res.json({ message: 'User authenticated' });
    },
  });
  resource(router, '/api/logout', { post: (_req, res) => res.json({ message: 'User logged out' }) });
  return defineRoutes({ name: 'session', router });
}

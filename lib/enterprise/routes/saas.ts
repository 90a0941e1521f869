import { Router } from 'express';
import { resource } from '../../oss/routes/resource.ts';

/** `GET /saas`: by this a client tells the Enterprise edition. */
export function saasRoutes(): Router {
  const router = Router();
  resource(router, '/saas', { get: (_req, res) => res.json({ saas: true }) });
  return router;
}

import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { resource } from '../../oss/routes/resource.ts';

/** `GET /saas`: by this a client tells the Enterprise edition. */
export function saasRoutes(): DeclaredRoutes {
  const router = Router();
  resource(router, '/saas', { get: (_req, res) => res.json({ saas: true }) });
  return defineRoutes({ name: 'saas', router });
}

import { Router } from 'express';

/** `GET /saas`: by this a client tells the Enterprise edition. */
export function saasRoutes(): Router {
  const router = Router();
  router.get('/saas', (_req, res) => {
    res.json({ saas: true });
  });
  return router;
}

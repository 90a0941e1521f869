import { Router } from 'express4';
import { allTeams } from './store.js';

/** Routes of the first clients, which are to go one day. */
export function legacy() {
  const router = Router();
  router.get('/teams', (_req, res) => res.json([...allTeams().values()]));
  return router;
}

import { Router } from 'express4';
import { allTeams } from './store.js';

/** Numbers for the board. */
export function reports() {
  const router = Router();
  router.get('/sizes', waitFor(sendSizes));
  return router;
}

/** Express 4 waits for no promise. */
function waitFor(handler) {
  return (req, res, next) => {
    handler(req, res).then(() => next(), next);
  };
}

async function sendSizes(_req, res) {
  const sizes = await Promise.all([...allTeams().values()].map(sizeOf));
  res.json(Object.fromEntries(sizes));
}

async function sizeOf({ name, members }) {
  return [name, members.length];
}

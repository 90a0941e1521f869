import compression from 'compression';
import express from 'express4';
import helmet from 'helmet';
import { legacy } from './legacy.js';
import { reports } from './reports.js';
import { requireKey } from './require-key.js';
import { teams } from './teams.js';

/** The API of a club in modules: each has a router of its own, and some have routers within. */
export function makeApp() {
  const app = express();
  app.use(compression());
  app.use('/v1', v1());
  app.use(notFound);
  app.use(onError);
  return app;
}

function v1() {
  const router = express.Router();
  router.use(requireKey);
  router.use(helmet());
  router.use(express.json());
  router.use(legacy());
  router.use('/teams', teams());
  router.use('/reports', reports());
  return router;
}

function notFound(req, res) {
  res.status(404).json({ error: `Nothing at ${req.originalUrl}` });
}

function onError(error, _req, res, next) {
  if (res.headersSent) next(error);
  else res.status(500).json({ error: error.message });
}

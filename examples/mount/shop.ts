import express, { type Express } from 'express';
import type { OpenHandsApp } from 'openhands-express';
// Declares what the Enterprise edition writes on `req.state`.
import type {} from 'openhands-express/enterprise';

/** An app with a life of its own, in which the edition is one line. What is behind that line, under `/api`, knows who is signed in. */
export function shop(edition: OpenHandsApp): Express {
  const app = express();
  app.get('/', (_req, res) => {
    res.send('Welcome to the shop');
  });

  app.use(edition);

  // Under `/api` the edition has found out who is signed in, and has turned away all others.
  app.get('/api/orders', (req, res) => {
    res.json({ buyer: req.state.github_user_id, orders: [] });
  });
  return app;
}

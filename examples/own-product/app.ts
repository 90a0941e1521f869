import express, { type Express, type RequestHandler } from 'express';

import './stacks.ts';

/** The same routes for both editions: the stack in front of them says whose the request is. */
export function app(stack: RequestHandler): Express {
  return express()
    .use(stack)
    .get('/whose', (req, res) => {
      const owner = req.state.tenant_id ?? req.state.account_id ?? null;
      res.json({ owner, plan: req.state.plan, conflicts: req.stack.conflicts.map(({ id }) => id) });
    });
}

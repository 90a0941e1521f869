import assert from 'node:assert/strict';
import express, { type RequestHandler, Router } from 'express';
import request from 'supertest';
import { compose, type LayerEntry } from '../../lib/compose.ts';

const stackOf = (...only: LayerEntry[]): RequestHandler => compose({ only }) as RequestHandler;

const leavesRoute: RequestHandler = (_req, _res, next) => next('route');

describe("next('route') in a stack", () => {
  it('is told from next() where one stack stands in a route and behind it', async () => {
    const ran: string[] = [];
    const stack = stackOf(leavesRoute, (_req, _res, next) => {
      ran.push('the rest');
      next();
    });
    const app = express();
    app.get('/', stack, (_req, res) => void res.send('this route'));
    app.use(stack, (_req, res) => void res.send('behind the route'));
    assert.equal((await request(app).get('/')).text, 'behind the route');
    assert.deepEqual(ran, ['the rest']);
  });

  it('leaves the route also when a route in a layer has run before', async () => {
    const inner = Router().get('/', (_req, _res, next) => next());
    const app = express();
    app.get('/', stackOf(inner, leavesRoute), (_req, res) => void res.send('this route'));
    app.get('/', (_req, res) => void res.send('the next route'));
    assert.equal((await request(app).get('/')).text, 'the next route');
  });

  it("leaves the route of a router that stands in another stack's layer", async () => {
    const router = Router();
    router.get(
      '/',
      stackOf(leavesRoute, (_req, res) => void res.send('the rest')),
    );
    router.get('/', (_req, res) => void res.send('the next route'));
    assert.equal((await request(express().use(stackOf(router))).get('/')).text, 'the next route');
  });

  it('and req.next() go on in the stack, behind a route that it has left by req.next()', async () => {
    const ran: string[] = [];
    const stack = stackOf(
      (req) => req.next!(),
      (_req, _res, next) => {
        ran.push('the rest');
        next();
      },
    );
    const app = express();
    app.get('/', stack);
    app.use(stack, (_req, res) => void res.send('behind the route'));
    assert.equal((await request(app).get('/')).text, 'behind the route');
    assert.deepEqual(ran, ['the rest']);
  });
});

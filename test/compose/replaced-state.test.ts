import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import request from 'supertest';
import { compose, type ComposeOptions, type LayerEntry } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve, type Served } from './serve.ts';

import './state-keys.ts';

/** A middleware that sets `req.state`, as code without types may. */
const replaces = (state: unknown, declaration: Parameters<typeof pass>[1] = {}) =>
  pass('replace', declaration, (req, _res, next) => {
    Object.assign(req, { state });
    next();
  });

const setsVisitor = pass('session', { writes: ['visitor'] }, (req, _res, next) => {
  req.state.visitor = 'ada';
  next();
});

const serveOnly = (only: LayerEntry[], options: ComposeOptions = {}): Promise<Served> =>
  serve(compose({ only }, { reads: ['visitor', 'theme'], ...options }) as RequestHandler);

const conflictsOf = ({ stack }: Served): unknown[] =>
  stack.conflicts.map(({ id, key, middlewares }) => [id, key, ...middlewares]);

describe('Setting req.state itself', () => {
  it('is written down, with an id of its own', async () => {
    const { stack } = await serveOnly([replaces({})]);
    assert.deepEqual(
      stack.conflicts.map(({ id, kind, key, middlewares, count }) => ({ id, kind, key, middlewares, count })),
      [{ id: 'S309', kind: 'replaced state', key: undefined, middlewares: ['replace'], count: 1 }],
    );
  });

  it('writes what the object holds, as that middleware', async () => {
    const served = await serveOnly([
      setsVisitor,
      replaces({ visitor: 'eve', theme: 'dark' }, { writes: ['theme'], after: ['session'] }),
    ]);
    assert.deepEqual([served.state?.visitor, served.state?.theme], ['eve', 'dark']);
    assert.deepEqual(conflictsOf(served), [
      ['S309', undefined, 'replace'],
      ['S304', 'visitor', 'replace'],
    ]);
    assert.deepEqual(served.stack.entries[1]?.writes, ['theme', 'visitor']);
  });

  it('keeps the keys that the object does not hold', async () => {
    const { state } = await serveOnly([setsVisitor, replaces({ theme: 'dark' }, { writes: ['theme'] })]);
    assert.deepEqual([state?.visitor, state?.theme], ['ada', 'dark']);
  });

  it('writes by the rule: what a higher layer has written stays', async () => {
    const lower = replaces({ visitor: 'eve' }, { writes: ['visitor'] });
    const served = await serve(compose({ lower: [lower], upper: [setsVisitor] }, { reads: ['visitor'] }));
    assert.equal(served.state?.visitor, 'ada');
    assert.deepEqual(conflictsOf(served), [
      ['S309', undefined, 'replace'],
      ['S301', 'visitor', 'replace', 'session'],
    ]);
  });

  for (const nothing of [undefined, null, 'text', 0, []]) {
    it(`to ${JSON.stringify(nothing)} takes nothing away`, async () => {
      const served = await serveOnly([setsVisitor, replaces(nothing)]);
      assert.equal(served.state?.visitor, 'ada');
      assert.deepEqual(conflictsOf(served), [['S309', undefined, 'replace']]);
    });
  }

  it('cannot reach what JavaScript gives a meaning', async () => {
    const state = JSON.parse('{"__proto__": {"theme": "dark"}, "constructor": 1, "toJSON": 1}') as object;
    const served = await serveOnly([replaces(state)]);
    assert.equal(served.state?.theme, undefined);
    assert.deepEqual(conflictsOf(served), [['S309', undefined, 'replace']]);
  });

  it('to what it is already changes nothing', async () => {
    const keep: RequestHandler = (req, _res, next) => {
      Object.assign(req, { state: req.state });
      next();
    };
    assert.deepEqual(conflictsOf(await serveOnly([setsVisitor, keep])), []);
  });

  it('throws at the middleware that does it, if conflicts are errors', async () => {
    const { response } = await serveOnly([replaces({})], { onConflict: 'error' });
    assert.equal(response.status, 500);
    assert.match(response.text, /^S309 \(replaced state\): replace /);
  });

  it('is an error where there is no app, too, however the request is handed on', async () => {
    for (const signal of [undefined, 'route', 'router', new Error('other')]) {
      const replace: RequestHandler = (req, _res, next) => {
        Object.assign(req, { state: {} });
        next(signal);
      };
      const stack = compose({ only: [setsVisitor, replace] }, { reads: ['visitor'], onConflict: 'error' });
      const listener = (req: IncomingMessage, res: ServerResponse): void => {
        stack(req as Request, res as Response, (error?: unknown) => res.end(String(error)));
      };
      assert.match((await request(listener).get('/')).text, /^ConflictError: S309 /);
    }
  });

  it('is noticed of a route behind the stack, whose keys are its own', async () => {
    const stack = compose({ only: [setsVisitor] }, { reads: ['visitor'] });
    const served = await serve(stack, '/', (req: Request, res) => {
      Object.assign(req, { state: { theme: 'dark' } });
      res.json([req.state.visitor, req.state.theme]);
    });
    assert.deepEqual(served.response.body, ['ada', 'dark']);
    assert.deepEqual(conflictsOf(served), [['S309', undefined, 'application']]);
  });

  it('is written down in a router without an app as well', async () => {
    const stack = compose(
      { only: [setsVisitor, replaces({ theme: 'dark' })] },
      { reads: ['visitor', 'theme'] },
    );
    const router = Router().use(stack, (req, res) => {
      res.end([req.state.visitor, req.state.theme, ...req.stack.conflicts.map(({ id }) => id)].join(' '));
    });
    const listener = (req: IncomingMessage, res: ServerResponse): void => {
      router(req as Request, res as Response, () => res.end('nobody'));
    };
    assert.equal((await request(listener).get('/')).text, 'ada dark S309 S304');
  });
});

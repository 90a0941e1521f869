import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import request from 'supertest';
import { compose, type LayerEntry, wrap } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve, type Served } from './serve.ts';

import './state-keys.ts';

/** A middleware that writes its own name under its key. */
const writes = (name: string, key: string) =>
  pass(name, { writes: [key] }, (req, _res, next) => {
    (req.state as Record<string, unknown>)[key] = name;
    next();
  });

/** One that keeps what it reads. */
const reads = (seen: unknown[]) =>
  pass('reader', { reads: ['visitor'] }, (req, _res, next) => {
    seen.push(req.state.visitor);
    next();
  });

const stackOf = (...only: LayerEntry[]): RequestHandler =>
  compose({ only }, { reads: ['visitor', 'theme'] }) as RequestHandler;

/** The conflicts of the outer stack: the request reports of the one that it has entered last. */
const conflictsOf = ({ stack }: Served): unknown[] =>
  [...(stack.outer?.conflicts ?? [])].map(({ id, key, middlewares }) => [id, key, ...middlewares]);

describe("A stack in another stack's layer", () => {
  it('writes to the outer state what it declares there, for later middleware and for routes', async () => {
    const seen: unknown[] = [];
    const inner = wrap(stackOf(writes('session', 'visitor')), { name: 'inner', writes: ['visitor'] });
    const served = await serve(stackOf(inner, reads(seen)));
    assert.deepEqual([...seen, served.state?.visitor], ['session', 'session']);
    assert.deepEqual(conflictsOf(served), []);
    assert.deepEqual(served.stack.outer?.entries[0]?.writes, ['visitor']);
  });

  it('writes what it does not declare as well, which is written down', async () => {
    const seen: unknown[] = [];
    const inner = stackOf(writes('session', 'visitor'), writes('skin', 'theme'));
    const served = await serve(
      compose({ only: [inner, reads(seen)] }, { given: ['visitor'] }) as RequestHandler,
    );
    assert.deepEqual([...seen, served.state?.theme], ['session', 'skin']);
    assert.deepEqual(conflictsOf(served), [
      ['S304', 'visitor', 'stack'],
      ['S304', 'theme', 'stack'],
    ]);
  });

  it('writes so by way of as many stacks as there are around it', async () => {
    const innermost = wrap(stackOf(writes('session', 'visitor')), { name: 'innermost', writes: ['visitor'] });
    const inner = wrap(stackOf(innermost), { name: 'inner', writes: ['visitor'] });
    const served = await serve(stackOf(inner));
    assert.equal(served.state?.visitor, 'session');
    assert.deepEqual(conflictsOf(served), []);
  });

  it('cannot write over what a higher layer of the outer stack has written', async () => {
    const inner = wrap(stackOf(writes('session', 'visitor')), { name: 'inner', writes: ['visitor'] });
    const outer = compose({ lower: [inner], upper: [writes('sso', 'visitor')] }, { reads: ['visitor'] });
    const served = await serve(outer);
    assert.equal(served.state?.visitor, 'sso');
    assert.deepEqual(conflictsOf(served), [['S301', 'visitor', 'inner', 'sso']]);
  });

  it('cannot bring in the losing key of an exclusive group', async () => {
    const inner = wrap(stackOf(writes('session', 'visitor')), { name: 'inner', writes: ['visitor'] });
    const outer = compose(
      { lower: [inner], upper: [writes('sso', 'tenant')] },
      { exclusive: { identity: ['visitor', 'tenant'] }, reads: ['tenant'] },
    );
    const served = await serve(outer);
    assert.deepEqual(conflictsOf(served), [['S302', 'visitor', 'inner', 'sso']]);
    assert.deepEqual([served.state?.visitor, served.state?.tenant], [undefined, 'sso']);
  });

  it('writes as the entry that it is also after an await, when others have the turn', async () => {
    const writing = new EventEmitter();
    const written = once(writing, 'done');
    const late = pass('late', { writes: ['visitor'] }, async ({ state }, _res, next) => {
      next();
      await Promise.resolve();
      state.visitor = 'late';
      writing.emit('done');
    });
    const waits = pass('waits', {}, async (_req, _res, next) => {
      await written;
      next();
    });
    const inner = wrap(stackOf(late), { name: 'inner', writes: ['visitor'] });
    const served = await serve(stackOf(inner, waits));
    assert.equal(served.state?.visitor, 'late');
    assert.deepEqual(conflictsOf(served), []);
    assert.deepEqual(served.stack.outer?.entries[0]?.writes, ['visitor']);
  });

  it('sees what the middleware before it has written', async () => {
    const seen: unknown[] = [];
    const inner = wrap(compose({ only: [reads(seen)] }, { given: ['visitor'] }) as RequestHandler, {
      name: 'inner',
      reads: ['visitor'],
    });
    const served = await serve(stackOf(writes('session', 'visitor'), inner));
    assert.deepEqual(seen, ['session']);
    assert.deepEqual(conflictsOf(served), []);
  });

  it('does so in a router without an app as well', async () => {
    const inner = wrap(stackOf(writes('session', 'visitor')), { name: 'inner', writes: ['visitor'] });
    const router = Router().use(stackOf(inner), (req, res) => {
      res.end(`${req.state.visitor} ${req.stack.outer?.conflicts.length}`);
    });
    const listener = (req: IncomingMessage, res: ServerResponse): void => {
      router(req as Request, res as Response, () => res.end('nobody'));
    };
    assert.equal((await request(listener).get('/')).text, 'session 0');
  });
});

describe('A stack behind another', () => {
  it('writes nothing to the state of that one', async () => {
    const second = stackOf(writes('sso', 'visitor'));
    const served = await serve(stackOf(writes('session', 'visitor')), '/', (req, res, next) => {
      const { state } = req;
      void second(req, res, (error?: unknown) => {
        if (error === undefined) res.json([state.visitor, req.state.visitor]);
        else next(error);
      });
    });
    assert.deepEqual(served.response.body, ['session', 'sso']);
  });
});

import assert from 'node:assert/strict';
import express, { Router } from 'express';
import request from 'supertest';
import { compose, defineErrorMiddleware, defineMiddleware, type RequestStack } from '../../../lib/compose.ts';
import { onError, pass } from '../pass.ts';
import { serve } from '../serve.ts';

import '../state-keys.ts';

/** Sets a header to what it was with this name behind it. */
const mark = (name: string, declaration = {}) =>
  pass(name, {
    ...declaration,
    beforeHeaders: (_req, res) => {
      res.set('X-Marks', `${res.get('X-Marks') ?? ''}${name}`);
    },
  });

describe('beforeHeaders', () => {
  it('is called on the way back, the higher layer last, so that it has the last word', async () => {
    const stack = compose({ base: [mark('a'), mark('b')], top: [mark('c')] });
    const { response } = await serve(stack);
    assert.deepEqual([response.status, response.get('X-Marks')], [200, 'bac']);
  });

  it('is called on the requests that have come to its middleware, and on no others', async () => {
    const stack = compose({
      base: [
        mark('all'),
        mark('api', { path: '/api' }),
        pass('gate', { ends: [403] }, (req, res, next) => {
          if (req.path.endsWith('closed')) res.sendStatus(403);
          else next();
        }),
        mark('inner'),
      ],
    });
    const marks = async (path: string) => (await serve(stack, path)).response.get('X-Marks');
    assert.equal(await marks('/api'), 'innerapiall');
    assert.equal(await marks('/'), 'innerall');
    assert.equal(await marks('/api/closed'), 'apiall');
  });

  it('sees the status and the headers as they will be, and may change both', async () => {
    const seen: unknown[] = [];
    const stack = compose({
      base: [
        pass('look', {
          beforeHeaders: (_req, res) => {
            seen.push([res.statusCode, res.get('X-Given'), res.headersSent]);
            res.status(203).removeHeader('X-Given');
          },
        }),
      ],
    });
    const { response } = await serve(
      stack,
      '/',
      (_req, res) => void res.writeHead(201, { 'X-Given': 'yes' }).end(),
    );
    assert.deepEqual(seen, [[201, 'yes', false]]);
    assert.deepEqual([response.status, response.get('X-Given')], [203, undefined]);
  });

  it('comes to the answers of error handlers, in the stack and behind it', async () => {
    const failing = pass('fail', {}, (_req, _res, next) => next(new Error('no')));
    const answering = defineErrorMiddleware({
      name: 'answer',
      handle(_error, _req, res, _next) {
        res.status(500).send('answered');
      },
    });
    for (const layer of [
      [mark('a'), failing, answering],
      [mark('a'), failing],
      [mark('a'), failing, onError('log')],
    ]) {
      const { response } = await serve(compose({ base: layer }));
      assert.deepEqual([response.status, response.get('X-Marks')], [500, 'a']);
    }
  });

  it('comes to the answers that Express itself gives', async () => {
    const failing = pass('fail', {}, () => {
      throw new Error('no');
    });
    const app = express()
      .set('env', 'test')
      .use(compose({ base: [mark('a'), failing] }));
    const answer = await request(app).get('/');
    assert.deepEqual([answer.status, answer.get('X-Marks')], [500, 'a']);
    const missing = await request(express().use(compose({ base: [mark('a')] }))).get('/');
    assert.deepEqual([missing.status, missing.get('X-Marks')], [404, 'a']);
  });

  it('of an error handler comes to the answers to the errors that have come to it', async () => {
    const handler = (fails: boolean) =>
      compose({
        base: [
          pass('fail', {}, (_req, _res, next) => next(fails ? new Error('no') : undefined)),
          defineErrorMiddleware({
            name: 'failed',
            handle: (error, _req, _res, next) => next(error),
            beforeHeaders: (_req, res) => {
              res.set('X-Failed', 'yes');
            },
          }),
        ],
      });
    assert.equal((await serve(handler(true))).response.get('X-Failed'), 'yes');
    assert.equal((await serve(handler(false))).response.get('X-Failed'), undefined);
  });

  it('acts behind the listeners of on-headers further in, in nested stacks and in mounted apps too', async () => {
    const inner = compose({ base: [mark('inner')] });
    const app = express().use(compose({ base: [mark('app')] }), (_req, res) => void res.send('mounted'));
    const layers = { base: [mark('outer'), pass('nested', {}, inner)], top: [mark('top')] };
    assert.equal((await serve(compose(layers))).response.get('X-Marks'), 'inneroutertop');
    const mounted = compose({ base: [mark('outer'), { ...pass('app'), handle: app, mount: '/app' }] });
    const { response } = await serve(mounted, '/app');
    assert.deepEqual([response.text, response.get('X-Marks')], ['mounted', 'appouter']);
  });

  it('works on a router without an app of its own, and in a route', async () => {
    const stack = compose({ base: [mark('a')] });
    const router = Router().get('/', stack, (_req, res) => void res.send('routed'));
    const answer = await request(express().use(router)).get('/');
    assert.deepEqual([answer.text, answer.get('X-Marks')], ['routed', 'a']);
  });
});

describe('The state on the way back', () => {
  it('is what was written further in, by the time of the answer, and is read in the name of who reads it', async () => {
    const seen: unknown[] = [];
    const log = defineMiddleware({
      name: 'log',
      readsAfter: ['visitor'],
      beforeHeaders(req) {
        seen.push(req.state.visitor);
      },
      afterResponse(req) {
        seen.push(req.state.visitor);
      },
    });
    const session = defineMiddleware({
      name: 'session',
      writes: ['visitor'],
      async handle(req, _res, next) {
        await Promise.resolve();
        req.state.visitor = 'ada';
        next();
      },
    });
    const { stack } = await serve(compose({ base: [session], top: [log] }, { onConflict: 'error' }));
    assert.deepEqual(seen, ['ada', 'ada']);
    assert.deepEqual(stack.conflicts, []);
    assert.deepEqual(wayBackIn(stack, 'log'), {
      beforeHeaders: 'done',
      afterResponse: 'done',
      reads: ['visitor'],
      writes: [],
    });
    assert.deepEqual([stack.entries[0]?.reads, wayBackIn(stack, 'session')], [[], undefined]);
  });

  it('holds what is declared: all else is an undeclared read, and readsAfter is no leave to read on the way in', async () => {
    const nosy = pass(
      'nosy',
      {
        readsAfter: ['visitor'],
        beforeHeaders: (req) => req.state.tenant,
      },
      (req, res, next) => {
        res.locals.tooEarly = req.state.visitor;
        next();
      },
    );
    const { stack } = await serve(
      compose({ base: [nosy] }, { given: ['visitor', 'tenant'], onConflict: 'record' }),
    );
    assert.deepEqual(
      stack.conflicts.map(({ id, key, middlewares }) => [id, key, ...middlewares]),
      [
        ['S305', 'visitor', 'nosy'],
        ['S305', 'tenant', 'nosy'],
      ],
    );
  });

  it('may be read by who has only listeners of its own, from what it keeps of the request', async () => {
    let seen: unknown;
    const log = pass('log', { readsAfter: ['visitor'] }, ({ state }, res, next) => {
      res.once('finish', () => (seen = state.visitor));
      next();
    });
    const session = pass('session', { writes: ['visitor'] }, (req, _res, next) => {
      req.state.visitor = 'ada';
      next();
    });
    const { stack } = await serve(compose({ base: [session], top: [log] }, { onConflict: 'error' }));
    assert.deepEqual([seen, stack.conflicts], ['ada', []]);
  });

  it('is the view of who acts, and then again that of whose code runs', async () => {
    const stack = compose(
      {
        base: [
          pass('answer', { writes: ['visitor'] }, (req, res) => {
            res.send('done');
            req.state.visitor = 'ada';
          }),
        ],
        top: [pass('log', { readsAfter: ['visitor'], beforeHeaders: (req) => req.state.visitor })],
      },
      { onConflict: 'record' },
    );
    const { stack: report } = await serve(stack);
    // By then the answer has been sent.
    assert.deepEqual(
      report.conflicts.map(({ id, middlewares }) => [id, ...middlewares]),
      [['S306', 'answer']],
    );
    assert.deepEqual(
      report.entries.map(({ writes }) => writes),
      [[], ['visitor']],
    );
  });

  it('is told of who has not acted yet, and of who has had no turn', async () => {
    let during: unknown;
    const stack = compose({
      base: [
        mark('a'),
        pass('end', {}, (req, res) => {
          during = wayBackIn(req.stack, 'a');
          res.send('ended');
        }),
        mark('b'),
      ],
    });
    const { stack: report } = await serve(stack);
    const pending = { beforeHeaders: 'pending', afterResponse: undefined, reads: [], writes: [] };
    assert.deepEqual(during, pending);
    assert.deepEqual(wayBackIn(report, 'a'), { ...pending, beforeHeaders: 'done' });
    assert.deepEqual(wayBackIn(report, 'b'), undefined);
  });
});

function wayBackIn(stack: RequestStack, name: string) {
  return stack.entries.find((entry) => entry.name === name)?.wayBack;
}

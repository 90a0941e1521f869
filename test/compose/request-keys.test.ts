import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { compose, wrap } from '../../lib/compose.ts';
import { orderOf, pass } from './pass.ts';
import { serve } from './serve.ts';

import './state-keys.ts';

describe('Keys of the request itself', () => {
  it('put those who read them behind those who write them, in whichever layer, and say so', () => {
    const stack = compose({
      base: [
        pass('session', { writes: ['req.session'] }),
        pass('login', { reads: ['req.session'], writes: ['req.user'] }),
      ],
      top: [pass('greet', { reads: ['req.user'] })],
    });
    assert.deepEqual(orderOf(stack), ['session', 'login', 'greet']);
    assert.equal(stack.plan[2]?.because, 'number 1 of top; reads req.user, which login writes');
    assert.deepEqual(stack.diagnostics, []);
  });

  it('are given by the host, and go with an override as those of req.state do', () => {
    assert.doesNotThrow(() =>
      compose({ base: [pass('greet', { reads: ['req.user'] })] }, { given: ['req.user'] }),
    );
    const layers = {
      base: [pass('login', { writes: ['req.user'] }), pass('greet', { reads: ['req.user'] })],
      top: [pass('sso', { overrides: 'login' })],
    };
    assert.throws(() => compose(layers), /S108 .*doesn't write\s+"req\.user"/);
  });

  it('may be read by who can do without, of req.state too', () => {
    const greet = pass('greet', { reads: ['req.session?', 'visitor?'] });
    assert.deepEqual(compose({ base: [greet] }).diagnostics, []);
    const writers = [pass('session', { writes: ['req.session'] }), pass('visitor', { writes: ['visitor'] })];
    assert.deepEqual(orderOf(compose({ base: [greet, ...writers] })), ['session', 'visitor', 'greet']);
  });

  it('are no keys of req.state: they are kept where they are, and nothing is noticed of them', async () => {
    const stack = compose(
      {
        base: [
          pass('login', { writes: ['req.user'], reads: ['visitor?'] }, (req, _res, next) => {
            Object.assign(req, { user: req.state.visitor });
            next();
          }),
          pass('visitor', { updates: ['visitor'] }, (req, _res, next) => {
            req.state.visitor = `${req.state.visitor ?? 'nobody'} and ada`;
            next();
          }),
        ],
      },
      { reads: ['visitor'], onConflict: 'error' },
    );
    const {
      state,
      stack: report,
      response,
    } = await serve(stack, '/', (req, res) => {
      res.json([(req as { user?: unknown }).user, 'req.user' in Object.getPrototypeOf(req.state)]);
    });
    assert.deepEqual(response.body, ['nobody and ada', false]);
    assert.deepEqual(JSON.parse(JSON.stringify(state)), { visitor: 'nobody and ada' });
    assert.deepEqual(report.conflicts, []);
    assert.deepEqual(
      report.entries.map(({ name, reads, writes }) => [name, reads, writes]),
      [
        ['visitor', ['visitor'], ['visitor']],
        ['login', ['visitor'], []],
      ],
    );
  });
});

describe('updates', () => {
  it('keeps the order of the list, so that two parsers fill the body and what cleans comes behind', async () => {
    const clean = pass('clean', { updates: ['req.body'] }, (req, _res, next) => {
      delete (req.body as { $where?: unknown } | undefined)?.$where;
      next();
    });
    const show = pass('show', { reads: ['req.body'] }, (req, res) => void res.json(req.body));
    const stack = compose({
      base: [
        show,
        wrap(express.json(), { name: 'json', updates: ['req.body'] }),
        wrap(express.urlencoded(), { name: 'urlencoded', updates: ['req.body'] }),
      ],
      top: [clean],
    });
    assert.deepEqual(orderOf(stack), ['json', 'urlencoded', 'clean', 'show']);
    assert.deepEqual(
      stack.plan.map(({ because }) => because),
      [
        'number 2 of base',
        'number 3 of base; updates req.body, which json updates',
        'number 1 of top; updates req.body, which urlencoded updates',
        'number 1 of base; reads req.body, which clean updates; reads req.body, which json updates; reads req.body, which urlencoded updates',
      ],
    );
    const app = express().use(stack);
    const sent = { name: 'ada', $where: '1' };
    assert.deepEqual((await request(app).post('/').send(sent)).body, { name: 'ada' });
    assert.deepEqual((await request(app).post('/').type('form').send(sent)).body, { name: 'ada' });
  });

  it('gives one that stands in for another the place of that one', () => {
    const stack = compose({
      base: [pass('json', { updates: ['req.body'] }), pass('clean', { updates: ['req.body'] })],
      top: [pass('fast-json', { overrides: 'json', updates: ['req.body'] })],
    });
    assert.deepEqual(orderOf(stack), ['fast-json', 'clean']);
  });

  it('gives way to before and after, and says in a cycle of other reasons who updates what', () => {
    const [json, clean] = [pass('json', { updates: ['req.body'] }), pass('clean', { updates: ['req.body'] })];
    assert.deepEqual(
      orderOf(compose({ base: [clean, pass('json', { updates: ['req.body'], before: ['clean'] })] })),
      ['json', 'clean'],
    );
    assert.deepEqual(orderOf(compose({ base: [clean, json] })), ['clean', 'json']);
    const knot = [pass('raw', { writes: ['req.body'], after: ['clean'] }), clean];
    assert.throws(
      () => compose({ base: knot }),
      /clean \(base\) has updates: \['req\.body'\], which raw writes/,
    );
  });

  it('needs nobody who writes the key, unless it says reads as well', () => {
    assert.deepEqual(compose({ base: [pass('json', { updates: ['req.body'] })] }).diagnostics, []);
    const strict = pass('clean', { reads: ['req.body'], updates: ['req.body'] });
    assert.throws(() => compose({ base: [strict] }), /S104 .*reads "req\.body", which nobody writes/);
    assert.doesNotThrow(() => compose({ base: [pass('json', { updates: ['req.body'] }), strict] }));
  });
});

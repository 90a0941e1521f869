import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import { compose, type ComposeOptions, defineErrorMiddleware, type LayerEntry } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

import './state-keys.ts';

const stackOf = (base: LayerEntry[], options: ComposeOptions = {}) => compose({ base }, options);

/** The names with their outcomes. */
const outcomes = async (base: LayerEntry[], path = '/') => {
  const { stack } = await serve(stackOf(base), path);
  return stack.entries.map(({ name, outcome }) => `${name} ${outcome}`);
};

describe('req.stack', () => {
  it('shows the order of running, and the layer of each', async () => {
    const { stack } = await serve(
      compose({ base: [pass('a', { after: ['b'] }), pass('b')], top: [pass('c')] }),
    );
    assert.deepEqual(stack.order, ['c', 'b', 'a']);
    assert.deepEqual(
      stack.entries.map(({ name, layer }) => [name, layer]),
      [
        ['c', 'top'],
        ['b', 'base'],
        ['a', 'base'],
      ],
    );
  });

  it('shows who has ended the response, and who was skipped for it', async () => {
    const limit = pass('limit', {}, (_req, res) => void res.status(429).end());
    assert.deepEqual(await outcomes([pass('log'), limit, pass('body'), pass('user')]), [
      'log next',
      'limit ended',
      'body skipped',
      'user skipped',
    ]);
  });

  it('shows whom the request did not concern, by its path or for want of an error', async () => {
    const explain = defineErrorMiddleware({ name: 'explain', handle: (e, _req, _res, next) => next(e) });
    assert.deepEqual(await outcomes([pass('api', { path: '/api' }), explain, pass('all')], '/page'), [
      'api passed',
      'explain passed',
      'all next',
    ]);
  });

  it('shows how each has handed the request on', async () => {
    const fail = pass('fail', {}, () => {
      throw new Error('boom');
    });
    const recover = defineErrorMiddleware({ name: 'recover', handle: (_e, _req, _res, next) => next() });
    const route = pass('route', {}, (_req, _res, next) => next('route'));
    const router = pass('router', {}, (_req, _res, next) => next('router'));
    assert.deepEqual(await outcomes([fail, pass('between'), recover, route, router, pass('last')]), [
      'fail error',
      'between passed',
      'recover next',
      'route route',
      'router router',
      'last skipped',
    ]);
  });

  it('shows who keeps the request waiting', async () => {
    let during: string[] = [];
    const wait = pass('wait', {}, async (req, _res, next) => {
      setImmediate(() => (during = req.stack.entries.map(({ name, outcome }) => `${name} ${outcome}`)));
      await delay(5);
      next();
    });
    const after = await outcomes([pass('log'), wait, pass('user')]);
    assert.deepEqual(during, ['log next', 'wait running', 'user skipped']);
    assert.deepEqual(after, ['log next', 'wait next', 'user next']);
  });

  it('shows what each has read and written, by key, and what the application has', async () => {
    const stack = stackOf([
      pass('session', { writes: ['visitor', 'tenant'] }, (req, _res, next) => {
        req.state.visitor = 'ada';
        next();
      }),
      pass('greet', { reads: ['visitor', 'tenant'], writes: ['theme'] }, (req, _res, next) => {
        req.state.theme = req.state.visitor ?? '';
        assert.equal(req.state.theme, 'ada');
        next();
      }),
      pass('undeclared', {}, (req, _res, next) => {
        (req.state as Record<string, unknown>).note = req.state.visitor;
        next();
      }),
    ]);
    const { stack: seen } = await serve(stack, '/', (req, res) => {
      (req.state as Record<string, unknown>).page = req.state.theme;
      res.end();
    });
    assert.deepEqual(
      seen.entries.map(({ name, reads, writes }) => ({ name, reads, writes })),
      [
        { name: 'session', reads: [], writes: ['visitor'] },
        { name: 'greet', reads: ['visitor', 'theme'], writes: ['theme'] },
        { name: 'undeclared', reads: ['visitor'], writes: ['note'] },
      ],
    );
    assert.deepEqual(seen.application, { reads: ['theme'], writes: ['page'] });
  });

  it('times those that make the request wait, until they call next or the response is sent', async () => {
    const wait: RequestHandler = async (_req, _res, next) => {
      // A timer alone may end early.
      for (const end = performance.now() + 20; performance.now() < end;) await delay(1);
      next();
    };
    const stack = stackOf([
      pass('quick'),
      pass('wait', {}, wait),
      pass('end', {}, (_req, res) => void res.end()),
    ]);
    await serve(stack);
    const { stack: seen } = await serve(stack);
    const [quick, waited] = seen.entries;
    assert.equal(quick?.duration, undefined);
    assert.ok((waited?.duration ?? 0) >= 20, String(waited?.duration));
  });

  it('times all of them on the first request, on every 128th, and on each with timing: "all"', async () => {
    const timed = async (options: ComposeOptions, requests: number) => {
      const stack = stackOf([pass('a'), pass('b')], options);
      const sampled: number[] = [];
      for (let index = 0; index < requests; index++) {
        const seen = await new Promise<readonly (number | undefined)[]>((resolve) => {
          const req = { url: '/' } as Parameters<RequestHandler>[0];
          stack(req, {} as Parameters<RequestHandler>[1], () =>
            resolve(req.stack.entries.map(({ duration }) => duration)),
          );
        });
        if (seen.every((duration) => duration !== undefined && duration >= 0)) sampled.push(index);
      }
      return sampled;
    };
    assert.deepEqual(await timed({}, 260), [0, 128, 256]);
    assert.deepEqual(await timed({ timing: 'all' }, 3), [0, 1, 2]);
  });

  it('turns into JSON with keys, outcomes and conflicts, and without values', async () => {
    const stack = stackOf([
      pass('session', { writes: ['visitor'] }, (req, _res, next) => {
        req.state.visitor = 'secret-value';
        next();
      }),
    ]);
    await serve(stack);
    const { stack: seen } = await serve(stack, '/', (req, res) => void res.send(req.state.visitor));
    assert.deepEqual(JSON.parse(JSON.stringify(seen)), {
      order: ['session'],
      entries: [{ name: 'session', layer: 'base', outcome: 'next', reads: [], writes: ['visitor'] }],
      conflicts: [],
      application: { reads: ['visitor'], writes: [] },
    });
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type RequestHandler, Router } from 'express';
import {
  compose,
  type ComposeOptions,
  defineMiddleware,
  type LayerEntry,
  wrap,
} from '../../../lib/compose.ts';
import { pass } from '../pass.ts';
import { type HeldRequest, hold, recorder } from './developing.ts';

const { lines, log, ids } = recorder();
const developed = (base: LayerEntry[], options: ComposeOptions = {}): RequestHandler =>
  compose({ base }, { development: true, log, ...options }) as RequestHandler;
const forgets: RequestHandler = () => undefined;

describe('A handler that has had a request for ten seconds', () => {
  const held: HeldRequest[] = [];
  const holding = async (...args: Parameters<typeof hold>): Promise<HeldRequest> => {
    const one = await hold(...args);
    held.push(one);
    return one;
  };

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    lines.length = 0;
  });
  afterEach(() => {
    for (const one of held.splice(0)) one.end();
    mock.timers.reset();
  });

  it('is named with its place and that of compose, and not a moment before', async () => {
    const stack = developed([pass('before'), pass('greet', {}, forgets)]);
    await holding(stack);
    mock.timers.tick(9_999);
    assert.deepEqual(lines, []);
    mock.timers.tick(1);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /^S401 greet \(base\) has had a request for 10 s, and has neither ended the response nor called next\(\)\. At \S+pass\.ts:\d+ \(greet\), \S+held-requests\.test\.ts:\d+ \(compose\)\. Call next\(\) or .* See openhands-express\/docs\/diagnostics\.md#s401-request-that-is-held$/,
    );
  });

  it('is named once, however many requests it has', async () => {
    const stack = developed([defineMiddleware({ name: 'greet', handle: forgets })]);
    await holding(stack);
    await holding(stack);
    mock.timers.tick(10_000);
    mock.timers.tick(10_000);
    assert.deepEqual(ids(), ['S401']);
  });

  it('has its ten seconds from when the request has come to it, also behind one that waits', async () => {
    const slow = pass('slow', {}, (_req, _res, next) => void setTimeout(next, 6_000));
    await holding(developed([slow, defineMiddleware({ name: 'greet', handle: forgets })]));
    mock.timers.tick(6_000);
    mock.timers.tick(9_999);
    assert.deepEqual(lines, []);
    mock.timers.tick(1);
    assert.match(lines.join(), /^S401 greet/);
  });

  it('has no more than that when an earlier one calls its next again', async () => {
    const twice = pass('twice', {}, (_req, _res, next) => {
      next();
      setTimeout(next, 5_000);
    });
    await holding(
      developed([twice, defineMiddleware({ name: 'greet', handle: forgets })], {
        onConflict: 'record',
      }),
    );
    mock.timers.tick(10_000);
    assert.match(lines.join(), /^S401 greet/);
  });

  it('is told of as what it is when its promise is fulfilled: an answer that nobody gives', async () => {
    const stack = developed([
      defineMiddleware({
        name: 'greet',
        handle: async () => Promise.resolve(),
      }),
    ]);
    await holding(stack);
    mock.timers.tick(10_000);
    assert.match(
      lines.join(),
      /^S402 The promise of greet \(base\) is fulfilled, and for 10 s .* At \S+held-requests\.test\.ts:\d+ \(greet\), \S+held-requests\.test\.ts:\d+ \(compose\)\. .*#s402-promise-without-an-answer$/,
    );
  });

  it('is told of once more when it has been slow and then forgets, ten seconds after its promise is fulfilled', async () => {
    const handle = () => new Promise<void>((resolve) => void setTimeout(resolve, 15_000));
    await holding(developed([defineMiddleware({ name: 'greet', handle })]));
    mock.timers.tick(15_000);
    assert.deepEqual(ids(), ['S401']);
    await setImmediate();
    mock.timers.tick(9_999);
    assert.deepEqual(ids(), ['S401']);
    mock.timers.tick(1);
    assert.deepEqual(ids(), ['S401', 'S402']);
  });

  it('is the innermost one where a stack stands in a stack, and the mounted one where it is mounted', async () => {
    const inner = developed([defineMiddleware({ name: 'inside', handle: forgets })]);
    await holding(developed([wrap(inner, { name: 'inner' })]));
    await holding(developed([defineMiddleware({ name: 'mounted', mount: '/api', handle: forgets })]), {
      path: '/api/users',
    });
    await holding(developed([wrap(Router().use(forgets), { name: 'router' })]));
    mock.timers.tick(10_000);
    assert.deepEqual(
      lines.map((line) => line.slice(0, 13)),
      ['S401 inside (', 'S401 mounted ', 'S401 router ('],
    );
  });

  const fine: Readonly<Record<string, RequestHandler>> = {
    'has answered': (_req, res) => void res.send('hello'),
    'has called next': (_req, _res, next) => next(),
    'answers in a timer, long after it has returned': (_req, res) =>
      void setTimeout(() => res.send('hello'), 9_000),
    'answers in a timer, long after its promise is fulfilled': async (_req, res) => {
      await Promise.resolve();
      setTimeout(() => res.send('hello'), 9_000);
    },
    'calls next in a timer': (_req, _res, next) => void setTimeout(next, 9_000),
    'calls next with an error in a timer': (_req, _res, next) =>
      void setTimeout(() => next(new Error('gone')), 9_000),
    'waits for a slow upstream, and fails at its time limit': async () => {
      await new Promise((_resolve, reject) => setTimeout(() => reject(new Error('too slow')), 9_000));
    },
    'sends events for as long as the client listens': (_req, res) => {
      res.writeHead(200, { 'Content-Type': 'text/event-stream' });
    },
    'has flushed its headers': async (_req, res) => {
      await Promise.resolve();
      res.flushHeaders();
    },
    'streams slowly': (_req, res) => void res.write('first'),
    'has cut the connection': (req) => void req.socket.destroy(),
  };
  for (const [what, handle] of Object.entries(fine)) {
    it(`is no matter when it ${what}`, async () => {
      await holding(developed([defineMiddleware({ name: 'fine', handle })]));
      mock.timers.tick(9_000);
      await setImmediate();
      mock.timers.tick(20_000);
      assert.deepEqual(lines, []);
    });
  }

  it('is no matter when the client has gone', async () => {
    const { client, res } = await holding(developed([defineMiddleware({ name: 'fine', handle: forgets })]));
    client.destroy();
    await once(res, 'close');
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
  });

  it('is no matter while it reads a body that the client is still sending, however long that takes', async () => {
    const reads: RequestHandler = (req) => void req.resume();
    const upload = { method: 'POST', headers: { 'Content-Length': '6' } };
    const { client, res } = await holding(developed([defineMiddleware({ name: 'upload', handle: reads })]), {
      ...upload,
      body: 'one',
    });
    mock.timers.tick(10_000);
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
    client.end('two');
    await once(res.req, 'end');
    mock.timers.tick(9_999);
    assert.deepEqual(lines, []);
    mock.timers.tick(1);
    assert.deepEqual(ids(), ['S401']);
  });

  it('is named when it has forgotten a request whose body nobody reads', async () => {
    await holding(developed([defineMiddleware({ name: 'greet', handle: forgets })]), {
      method: 'POST',
      headers: { 'Content-Length': '6' },
      body: 'one',
    });
    mock.timers.tick(10_000);
    assert.deepEqual(ids(), ['S401']);
  });

  it('is no matter when the request is an upgrade, which is answered on the socket', async () => {
    await holding(developed([defineMiddleware({ name: 'fine', handle: forgets })]), {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket' },
    });
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
  });

  it('is no matter behind the stack, where the routes may take their time', async () => {
    await holding(Router().use(developed([pass('fine')]), forgets));
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
  });

  it('has ten seconds more when the process stood still, as at a breakpoint', async () => {
    const now = performance.now();
    const clock = mock.method(performance, 'now', () => now);
    await holding(developed([defineMiddleware({ name: 'greet', handle: forgets })]));
    clock.mock.mockImplementation(() => now + 60_000);
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
    mock.timers.tick(10_000);
    clock.mock.restore();
    assert.deepEqual(ids(), ['S401']);
  });

  it('is no matter where the stack is silenced, or the app is not developed', async () => {
    await holding(
      developed([defineMiddleware({ name: 'greet', handle: forgets })], {
        silence: ['S401'],
      }),
    );
    await holding(
      developed([defineMiddleware({ name: 'greet', handle: forgets })], {
        development: false,
      }),
    );
    mock.timers.tick(10_000);
    assert.deepEqual(lines, []);
  });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express';
import request from 'supertest';
import { compose, type ComposeOptions, defineErrorMiddleware, type LayerEntry } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

const handleError: ErrorRequestHandler = (error: Error, _req, res, _next) => {
  res.status(418).send(`handled ${error.message}`);
};

describe('The guarded next', () => {
  const stackOf = (handlers: LayerEntry[], options: ComposeOptions = {}) =>
    compose({ base: handlers }, options);

  it('runs a middleware once, however often the one before it calls next', async () => {
    let runs = 0;
    const lines: string[] = [];
    const stack = stackOf(
      [
        function twice(_req, _res, next) {
          next();
          next();
          setImmediate(next);
        },
        (_req, _res, next) => {
          runs++;
          next();
        },
      ],
      { log: { warn: (_details, message) => lines.push(message) } },
    );
    await serve(stack);
    await delay(5);
    assert.equal(runs, 1);
    assert.deepEqual(lines, [
      'S307 twice calls next() a second time; only the first call counts. Further ones of this kind are not logged. See openhands-express/docs/diagnostics.md#s307-next-called-twice',
    ]);
  });

  const failures: Record<string, RequestHandler> = {
    'a throw': () => {
      throw new Error('boom');
    },
    'a throw after an await': async () => {
      await delay(1);
      throw new Error('boom');
    },
    'next(error)': (_req, _res, next) => next(new Error('boom')),
    'next(error) in a timer': (_req, _res, next) => void setTimeout(() => next(new Error('boom')), 1),
  };
  for (const [how, handler] of Object.entries(failures)) {
    it(`takes ${how} to the application's error handler, past the rest of the stack`, async () => {
      let ran = false;
      const { response, state } = await serve(
        stackOf([
          handler,
          (_req, _res, next) => {
            ran = true;
            next();
          },
        ]),
      );
      assert.deepEqual([response.status, response.text], [500, 'boom']);
      assert.equal(ran, false);
      assert.equal(state, undefined);
    });

    it(`takes ${how} to the next error handler of the stack`, async () => {
      const { response } = await serve(
        stackOf([handleError, handler, (_req, _res, next) => next(), handleError]),
      );
      assert.deepEqual([response.status, response.text], [418, 'handled boom']);
    });
  }

  it('goes on as usual behind an error handler that calls next without an error', async () => {
    const recover: ErrorRequestHandler = (_error, _req, _res, next) => next();
    const { response } = await serve(stackOf([failures['a throw']!, recover, handleError]));
    assert.equal(response.text, 'behind');
  });

  it('lets nobody pass who throws something falsy, or is rejected with it', async () => {
    const thrown = (value: unknown): RequestHandler =>
      function guard() {
        throw value;
      };
    const rejected: RequestHandler = async () => {
      const nothing = await Promise.resolve<unknown>(undefined);
      throw nothing;
    };
    for (const handler of [thrown(undefined), thrown(null), thrown(0), rejected]) {
      const { response } = await serve(stackOf([handler]));
      assert.equal(response.status, 500);
      assert.match(response.text, /^Middleware "\w+" failed with (undefined|null|0)\.$/);
    }
  });

  it('logs an error that comes after next even where an observer fails', async () => {
    const errors: unknown[] = [];
    const stack = stackOf(
      [
        (_req, _res, next) => {
          next();
          throw new Error('late');
        },
      ],
      { log: { warn: (details) => errors.push((details as { err: Error }).err.message) } },
    );
    stack.observe({
      conflict: () => {
        throw new Error('the observer');
      },
    });
    await serve(stack);
    assert.deepEqual(errors, ['late']);
  });

  it('logs an error that comes after next, each time, since nobody else will see it', async () => {
    const errors: unknown[] = [];
    const stack = stackOf(
      [
        async (_req, _res, next) => {
          next();
          await Promise.resolve();
          throw new Error('late');
        },
      ],
      {
        log: { warn: (details) => errors.push((details as { err: Error }).err.message) },
        onConflict: 'record',
      },
    );
    assert.equal((await serve(stack)).response.text, 'behind');
    await serve(stack);
    assert.deepEqual(errors, ['late', 'late']);
  });

  it('leaves the router for next("router")', async () => {
    let ran = false;
    const router = express.Router();
    router.use(
      stackOf([
        (_req, _res, next) => next('router'),
        (_req, _res, next) => {
          ran = true;
          next();
        },
      ]),
    );
    router.use((_req, res) => void res.send('in the router'));
    const app = express().use(router, (_req, res) => void res.send('behind the router'));
    assert.equal((await request(app).get('/')).text, 'behind the router');
    assert.equal(ran, false);
  });

  it('leaves the route it stands in for next("route")', async () => {
    let ran = false;
    const stack = stackOf([
      (_req, _res, next) => next('route'),
      (_req, _res, next) => {
        ran = true;
        next();
      },
    ]);
    const app = express();
    app.get('/', stack, (_req, res) => void res.send('this route'));
    app.get('/', (_req, res) => void res.send('the next route'));
    assert.equal((await request(app).get('/')).text, 'the next route');
    assert.equal(ran, false);
  });

  it('takes next("route") for next() outside a route, as Express does', async () => {
    let ran = false;
    const { response } = await serve(
      stackOf([
        (_req, _res, next) => next('route'),
        (_req, _res, next) => {
          ran = true;
          next();
        },
      ]),
    );
    assert.equal(response.text, 'behind');
    assert.equal(ran, true);
  });

  it('runs a middleware below its path only: in whole segments, whatever the case, with req.url as it is', async () => {
    const ran: string[] = [];
    const note = (name: string, path: string | string[]) =>
      pass(name, { path }, (req, _res, next) => {
        ran.push(`${name} ${req.url}`);
        next();
      });
    const stack = compose({
      base: [note('api', '/api'), note('both', ['/admin/', '/API/v1']), note('all', '/')],
    });
    const runOn = async (path: string) => {
      ran.length = 0;
      await serve(stack, path);
      return ran.splice(0);
    };
    assert.deepEqual(await runOn('/api?x=/admin'), ['api /api?x=/admin', 'all /api?x=/admin']);
    assert.deepEqual(await runOn('/Api/V1/x'), ['api /Api/V1/x', 'both /Api/V1/x', 'all /Api/V1/x']);
    assert.deepEqual(await runOn('/apis'), ['all /apis']);
    assert.deepEqual(await runOn('/admin'), ['both /admin', 'all /admin']);
  });

  it('gives a handler no `this`, as Express gives it none', async () => {
    const seen: unknown[] = [];
    await serve(
      stackOf([
        function handler(this: unknown, _req, _res, next) {
          seen.push(this);
          next();
        },
      ]),
    );
    assert.deepEqual(seen, [undefined]);
  });

  it('takes thousands of middlewares in a row without running out of stack', async () => {
    const { response } = await serve(
      stackOf(Array.from({ length: 5000 }, () => (_req, _res, next) => next())),
    );
    assert.equal(response.text, 'behind');
  });

  it('takes dozens of stacks in a row, and one within another, without running out of stack', async () => {
    const fifty = () =>
      stackOf(Array.from({ length: 50 }, () => (_req, _res, next) => next())) as RequestHandler;
    const app = express();
    for (let count = 0; count < 60; count++) app.use(fifty());
    app.use(stackOf(Array.from({ length: 60 }, fifty)));
    app.use((_req, res) => void res.send('behind'));
    assert.equal((await request(app).get('/')).text, 'behind');
  });

  it('throws at its caller what is thrown behind it, where that is no router', () => {
    const stack = stackOf([(_req, _res, next) => next(), (_req, _res, next) => next()]) as RequestHandler;
    const failure = new Error('behind');
    assert.throws(
      () =>
        stack({ url: '/' } as Request, {} as Response, () => {
          throw failure;
        }),
      failure,
    );
  });

  it('takes thousands of error handlers in a row, among others, without running out of stack', async () => {
    const handOn: ErrorRequestHandler = (error, _req, _res, next) => next(error);
    const never: RequestHandler = () => assert.fail('There is an error.');
    const { response } = await serve(
      stackOf([
        (_req, _res, next) => next(new Error('boom')),
        ...Array.from({ length: 10_000 }, (_, place) => (place % 2 === 0 ? handOn : never)),
        handleError,
      ]),
    );
    assert.equal(response.text, 'handled boom');
  });

  it('counts the first call of next as well where the call stack starts anew', async () => {
    const runs = Array.from({ length: 700 }, () => 0);
    const handlers = runs.map((_, place): RequestHandler => (_req, _res, next) => {
      runs[place] = (runs[place] ?? 0) + 1;
      next();
      next();
    });
    const { response } = await serve(stackOf(handlers));
    assert.equal(response.text, 'behind');
    assert.deepEqual([...new Set(runs)], [1]);
  });
});

describe('A process in which code may not be made from strings', () => {
  it('runs stacks all the same', async () => {
    const script = fileURLToPath(new URL('fixtures/print-run.ts', import.meta.url));
    const run = async (...flags: string[]): Promise<string> => {
      const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--import', 'tsx', script]);
      return stdout;
    };
    const forbidden = await run('--disallow-code-generation-from-strings');
    assert.match(forbidden, /^code from strings: EvalError\n/);
    const allowed = await run();
    assert.match(allowed, /^code from strings: fine\n/);
    assert.equal(forbidden.replace(/^.*\n/, ''), allowed.replace(/^.*\n/, ''));
    assert.match(allowed, /"outcome":"error"/);
  });
});

describe('An error middleware', () => {
  it('is declared by defineErrorMiddleware, with a path and a typed state', async () => {
    const stack = compose({
      base: [
        pass('fail', {}, () => {
          throw new Error('boom');
        }),
        defineErrorMiddleware({
          name: 'explain',
          path: '/api',
          handle(error, _req, res, _next) {
            res.status(418).send(error instanceof Error ? error.message : '');
          },
        }),
      ],
    });
    assert.equal((await serve(stack, '/api')).response.status, 418);
    assert.equal((await serve(stack, '/')).response.status, 500);
  });

  it('must take four parameters', () => {
    assert.throws(
      () => defineErrorMiddleware({ name: 'explain', handle: (_error, _req, res) => void res.end() }),
      /"explain" must take \(error, req, res, next\)/,
    );
  });
});

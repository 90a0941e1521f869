import assert from 'node:assert/strict';
import { once } from 'node:events';
import express, { type RequestHandler, Router } from 'express';
import request from 'supertest';
import {
  compose,
  type ComposeOptions,
  defineErrorMiddleware,
  defineMiddleware,
  type LayerEntry,
  wrap,
} from '../../../lib/compose.ts';
import { pass } from '../pass.ts';
import { recorder } from './developing.ts';

const { lines, log, ids } = recorder();
const developed = (base: LayerEntry[], options: ComposeOptions = {}): RequestHandler =>
  compose({ base }, { development: true, log, ...options }) as RequestHandler;
const next: RequestHandler = (_req, _res, go) => go();

beforeEach(() => {
  lines.length = 0;
});

describe('A stack that runs twice on one request', () => {
  it('is named with the two ways to it', async () => {
    const stack = developed([pass('session')]);
    const app = express().use(stack);
    app.get('/users/:id', stack, (_req, res) => void res.send('ada'));
    await request(app).get('/users/1').expect(200);
    await request(app).get('/users/2').expect(200);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /^S404 The stack runs twice on one request: by use\(\), and then in the route \/users\/:id\. At \S+development-watch\.test\.ts:\d+ \(compose\)\. .*#s404-stack-that-runs-twice$/,
    );
  });

  it('is named below a router, and in another stack, as well', async () => {
    const below = compose({ base: [pass('session')] }, { development: true, log });
    await request(express().use(below).use('/api', Router().use(below))).get('/api/users');
    const within = compose({ base: [pass('session')] }, { development: true, log });
    const outer = developed([wrap(within, { name: 'first' }), wrap(within, { name: 'second' })]);
    await request(express().use(outer)).get('/');
    assert.deepEqual(ids(), ['S404', 'S404']);
    assert.match(
      lines[1]!,
      /: as first \(base\) of another stack, and then as second \(base\) of another stack\./,
    );
  });

  it('is no matter when the request is given another path and routed anew, or when there are two stacks', async () => {
    const stack = compose({ base: [pass('session')] }, { development: true, log });
    const app = express().use(stack, developed([pass('session')]));
    app.get('/old', (req, res) => {
      req.url = '/new';
      app(req, res);
    });
    app.get('/new', (_req, res) => void res.send('new'));
    await request(app).get('/old').expect(200, 'new');
    await request(app).get('/new').expect(200, 'new');
    assert.deepEqual(lines, []);
  });
});

describe('A path that repeats the path at which the stack is mounted', () => {
  const sends: RequestHandler = (_req, res) => void res.send('users');

  it('is named on the first request that it was meant for', async () => {
    const stack = developed([
      defineMiddleware({ name: 'users', path: '/api/users', handle: sends }),
      pass('every'),
    ]);
    const app = express().use('/API', stack);
    await request(app).get('/api/tasks').expect(404);
    assert.deepEqual(lines, []);
    await request(app).get('/api/users/1').expect(404);
    await request(app).get('/api/users/2').expect(404);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0]!,
      /^S405 users \(base\) has the path '\/api\/users' in a stack that is mounted at '\/api', which is taken off the path: it runs on '\/api\/api\/users' only\. At \S+ \(users\), \S+ \(compose\)\. Write what comes behind the mount path: path: '\/users'\. See \S+#s405-path-that-repeats-the-mount-path$/,
    );
  });

  it('is named where it is the mount path itself or above it, one of several, a mount, or below a mount of another stack', async () => {
    const handle = sends;
    for (const entry of [
      defineMiddleware({ name: 'itself', path: '/api/', handle }),
      defineMiddleware({ name: 'several', path: ['/health', '/Api'], handle }),
      defineMiddleware({ name: 'mounted', mount: '/api', handle }),
    ]) {
      await request(express().use('/api', developed([entry])))
        .get('/api/users')
        .expect(404);
    }
    const above = defineMiddleware({ name: 'above', path: '/api', handle });
    await request(express().use('/api/v1', developed([above])))
      .get('/api/v1/users')
      .expect(404);
    const inner = developed([defineMiddleware({ name: 'inner', path: '/api/users', handle })]);
    await request(express().use(developed([wrap(inner, { name: 'v1', mount: '/api' })])))
      .get('/api/users')
      .expect(404);
    assert.deepEqual(
      lines.map((line) => /^S405 (\w+).* the mount path: (.*?)\. See/.exec(line)?.slice(1).join(': ')),
      [
        'itself: leave path out',
        'several: leave path out',
        'mounted: leave mount out',
        'above: leave path out',
        "inner: path: '/users'",
      ],
    );
  });

  it('is no matter where the middleware runs, or where the paths only begin alike', async () => {
    const stack = developed([
      defineMiddleware({ name: 'users', path: '/api/users', handle: next }),
      defineMiddleware({ name: 'apiary', path: '/apiary', handle: next }),
    ]);
    const app = express().use(stack).use('/v1', stack);
    for (const path of ['/api/users', '/v1/api/users', '/api', '/apiary']) await request(app).get(path);
    const mounted = express().use(
      '/api',
      developed([defineMiddleware({ name: 'all', path: '/api', handle: next })]),
    );
    await request(mounted).get('/api/api/users');
    await request(express().use('/api', stack)).get('/api/apiary');
    assert.deepEqual(
      ids().filter((id) => id === 'S405'),
      [],
    );
  });

  it('is no matter where the mount is a parameter, whose value happens to be what a path is', async () => {
    const stack = () =>
      developed([defineMiddleware({ name: 'admin', path: ['/admin', '/a%20b'], handle: sends })]);
    const app = express().use('/:tenant', stack()).use('/of/:user', stack());
    await request(app).get('/admin/tasks').expect(404);
    await request(app).get('/a%20b/tasks').expect(404);
    await request(app).get('/acme/admin').expect(200);
    assert.deepEqual(lines, []);
  });
});

describe('compose within a request', () => {
  it('is named when three requests in a row have got a stack of their own, also behind an await', async () => {
    const app = express().use(async (req, res, go) => {
      await Promise.resolve();
      developed([pass('session')])(req, res, go);
    });
    for (const count of [0, 0, 1, 1]) {
      await request(app).get('/');
      assert.equal(lines.length, count);
    }
    assert.match(
      lines[0]!,
      /^S403 compose\(\) is called while a request is handled, and makes a stack for this request alone\. At \S+development-watch\.test\.ts:\d+ \(compose\)\. .*#s403-compose-within-a-request$/,
    );
  });

  it('is no matter when the stack is kept: one for all, or one for each tenant', async () => {
    const kept = new Map<string, RequestHandler>();
    const app = express().use((req, res, go) => {
      if (!kept.has(req.path)) {
        kept.set(req.path, compose({ base: [pass('session')] }, { development: true, log }));
      }
      kept.get(req.path)!(req, res, go);
    });
    for (const path of ['/a', '/b', '/a', '/c', '/b', '/d', '/a']) await request(app).get(path);
    assert.deepEqual(lines, []);
  });

  it('is no matter when requests wait for the one stack that is made while they do', async () => {
    let waiting = 0;
    let kept: RequestHandler | undefined;
    let go = (): void => undefined;
    const all = new Promise<void>((resolve) => (go = resolve));
    const app = express().use(async (req, res, onward) => {
      if (++waiting === 3) go();
      await all;
      kept ??= compose({ base: [pass('session')] }, { development: true, log });
      kept(req, res, onward);
    });
    await Promise.all([1, 2, 3].map(() => request(app).get('/')));
    assert.deepEqual(lines, []);
  });

  it('is no matter when each test makes an app of its own', async () => {
    for (let times = 0; times < 5; times++) {
      const stack = compose({ base: [pass('session')] }, { development: true, log });
      await request(express().use(stack)).get('/');
    }
    assert.deepEqual(lines, []);
  });
});

describe('Development warnings', () => {
  const { NODE_ENV } = process.env;
  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  });
  const twice = async (options: ComposeOptions): Promise<void> => {
    const stack = compose({ base: [pass('session')] }, options);
    await request(express().use(stack as RequestHandler, stack as RequestHandler)).get('/');
  };

  it('are given where NODE_ENV is development or not set, unless the option says otherwise', async () => {
    const given = async (environment: string | undefined, options: ComposeOptions): Promise<boolean> => {
      if (environment === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = environment;
      const own = recorder();
      // Each of these has a place of its own, lest one is taken for another.
      const stack = compose({ base: [pass('session')] }, { log: own.log, ...options });
      const inner = defineMiddleware({
        name: `${environment}-${options.development}`,
        path: '/api',
        handle: next,
      });
      const watched = compose({ base: [inner] }, { log: own.log, ...options });
      await request(express().use('/api', stack, watched)).get('/api');
      return own.lines.length > 0;
    };
    assert.deepEqual(
      [
        await given(undefined, {}),
        await given('development', {}),
        await given('', {}),
        await given('production', {}),
        await given('test', {}),
        await given('production', { development: true }),
        await given('development', { development: false }),
      ],
      [true, true, true, false, false, true, false],
    );
  });

  it('are warnings of the process, with their id as the code, where there is no log', async () => {
    const warning = once(process, 'warning') as Promise<[Error & { code?: string }]>;
    await twice({ development: true });
    const [{ code, message }] = await warning;
    assert.equal(code, 'S404');
    assert.match(message, /^S404 The stack runs twice/);
  });

  it('have that of an error handler in front of all that could fail among them, where there is no log', async () => {
    const warning = once(process, 'warning') as Promise<[Error & { code?: string }]>;
    const failed = defineErrorMiddleware({
      name: 'failed',
      handle: (_error, _req, res, _next) => res.end(),
    });
    compose({ base: [pass('session')], top: [failed] }, { development: true });
    const [{ code, message }] = await warning;
    assert.equal(code, 'S210');
    assert.match(message, /^S210 failed \(top\) handles the errors of what runs before it, and nothing does/);
  });

  it('are silenced by their ids, which strict does not take', async () => {
    await twice({ development: true, log, silence: ['S404'] });
    assert.deepEqual(lines, []);
    assert.throws(() => compose({}, { strict: ['S404' as 'S201'] }), {
      name: 'TypeError',
      message:
        'strict: S404 (stack that runs twice) is found on requests, when compose can throw no more; silence takes it.',
    });
    assert.throws(() => compose({}, { silence: ['S409' as 'S401'] }), {
      message: /^silence: there is no diagnostic "S409"\. .*, S401, S402, S403, S404, S405\.$/,
    });
  });
});

import assert from 'node:assert/strict';
import express, { type ErrorRequestHandler, type RequestHandler } from 'express';
import request from 'supertest';
import { compose, wrap } from '../../lib/compose.ts';
import { express4 } from '../express-messages/express-versions.ts';

const show: RequestHandler = (req, res) =>
  void res.json([req.baseUrl, req.url, req.originalUrl, req.path, req.app.get('name')]);
const showError: ErrorRequestHandler = (error: Error, req, res, _next) =>
  void res.json([error.message, req.baseUrl, req.url]);
const fail: RequestHandler = () => {
  throw new Error('boom');
};

describe('What stands in a layer with a mount', () => {
  it('is found by a router, with what is left of the path, and the rest of the stack has it back', async () => {
    const router = express
      .Router()
      .get('/users', show)
      .get('/pass', (_req, _res, next) => next('router'));
    const stack = compose({ base: [wrap(router, { name: 'v1', mount: ['/v1', '/v2'] }), show] });
    const app = express().use('/api', stack);
    const get = async (path: string) => (await request(app).get(path)).body as unknown;
    assert.deepEqual(await get('/api/V1/users?x=1'), [
      '/api/V1',
      '/users?x=1',
      '/api/V1/users?x=1',
      '/users',
      null,
    ]);
    assert.deepEqual(await get('/api/v2/users/'), ['/api/v2', '/users/', '/api/v2/users/', '/users/', null]);
    assert.deepEqual(await get('/api/v1/pass'), ['/api', '/v1/pass', '/api/v1/pass', '/v1/pass', null]);
    assert.deepEqual(await get('/api/v12/users'), [
      '/api',
      '/v12/users',
      '/api/v12/users',
      '/v12/users',
      null,
    ]);
  });

  it('is mounted, if it is an app, as app.use mounts it', async () => {
    const parents: unknown[] = [];
    const inner = express().get('/', show).get('/fail', fail);
    inner.on('mount', (parent) => parents.push(parent));
    const app = express().set('name', 'outer').set('trust proxy', true);
    app.use(compose({ base: [wrap(inner, { name: 'admin', mount: '/admin' }), showError, show] }));
    const get = async (path: string) => (await request(app).get(path)).body as unknown;
    assert.deepEqual(await get('/admin'), ['/admin', '/', '/admin', '/', 'outer']);
    assert.deepEqual(await get('/admin/fail'), ['boom', '', '/admin/fail']);
    assert.deepEqual(parents, [app]);
    assert.equal(inner.mountpath, '/admin');
    assert.equal(inner.path(), '/admin');
    assert.equal(inner.get('trust proxy'), true);
    assert.deepEqual(await get('/elsewhere'), ['', '/elsewhere', '/elsewhere', '/elsewhere', 'outer']);
  });

  it('serves files by what is left of the path, redirects to a folder, and passes what it does not have', async () => {
    const files = wrap(express.static(import.meta.dirname), { name: 'files', mount: '/assets' });
    const app = express().use(compose({ base: [files, show] }));
    assert.equal((await request(app).get('/assets/mount.test.ts')).status, 200);
    assert.equal((await request(app).get('/assets/fixtures')).get('Location'), '/assets/fixtures/');
    assert.deepEqual((await request(app).get('/assets/nowhere')).body, [
      '',
      '/assets/nowhere',
      '/assets/nowhere',
      '/assets/nowhere',
      null,
    ]);
  });

  it('has its place back in front of an error handler, whether it threw, rejected or used req.next', async () => {
    const failures: readonly RequestHandler[] = [
      fail,
      () => Promise.reject(new Error('boom')),
      (_req, _res, next) => void setImmediate(() => next(new Error('boom'))),
      (req) => req.next!(new Error('boom')),
    ];
    for (const failure of failures) {
      const stack = compose({ base: [wrap(failure, { name: 'failure', mount: '/v1' }), showError] });
      const { body } = await request(express().use(stack)).get('/v1/x');
      assert.deepEqual(body, ['boom', '', '/v1/x']);
    }
  });

  it('gives its place back once, whatever else it calls next for', async () => {
    const twice: RequestHandler = (_req, _res, next) => {
      next();
      next();
    };
    const later: RequestHandler = (_req, _res, next) => void setImmediate(next);
    const stack = compose({ base: [wrap(twice, { name: 'twice', mount: '/v1' }), later, show] });
    assert.deepEqual((await request(express().use(stack)).get('/v1/x')).body, [
      '',
      '/v1/x',
      '/v1/x',
      '/v1/x',
      null,
    ]);
  });

  it('may be an error handler, which finds the path taken off', async () => {
    const stack = compose({ base: [fail, wrap(showError, { name: 'errors', mount: '/v1' })] });
    const app = express()
      .use(stack)
      .use(((_error, _req, res, _next) => {
        res.sendStatus(500);
      }) as ErrorRequestHandler);
    assert.deepEqual((await request(app).get('/v1/x')).body, ['boom', '/v1', '/x']);
    assert.equal((await request(app).get('/x')).status, 500);
  });

  it('may be another stack, whose next("route") leaves the route in which the outer one stands', async () => {
    const inner = compose({ base: [(_req, _res, next) => next('route'), fail] });
    const outer = compose({ base: [wrap(inner as RequestHandler, { name: 'inner', mount: '/v1' }), fail] });
    const app = express().get('/v1/x', outer, fail).get('/v1/x', show);
    assert.deepEqual((await request(app).get('/v1/x')).body, ['', '/v1/x', '/v1/x', '/v1/x', null]);
  });

  it('works in an app of Express 4 and without an app', async () => {
    const stack = compose({
      base: [wrap(express.Router().get('/users', show), { name: 'v1', mount: '/v1' })],
    });
    const { body } = await request(express4().set('name', 'four').use(stack)).get('/v1/users');
    assert.deepEqual(body, ['/v1', '/users', '/v1/users', '/users', 'four']);

    const bare = compose({
      base: [
        wrap(((req, _res, next) => next(new Error(`${req.baseUrl} ${req.url}`))) as RequestHandler, {
          name: 'bare',
          mount: '/v1',
        }),
      ],
    });
    const seen: string[] = [];
    const req = { url: '/v1?x', method: 'GET' } as express.Request;
    bare(req, {} as express.Response, (error?: unknown) => seen.push((error as Error).message, req.url));
    assert.deepEqual(seen, ['/v1 /?x', '/v1?x']);
  });
});

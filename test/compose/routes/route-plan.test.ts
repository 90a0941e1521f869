import assert from 'node:assert/strict';
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { StackError } from '../../../lib/compose.ts';
import { composeRoutes, defineRoutes, type RouteLayers } from '../../../lib/compose.ts';
import { express4 } from '../../express-messages/express-versions.ts';

const show: RequestHandler = (_req, res) => void res.send('shown');

const planOf = (layers: RouteLayers) => composeRoutes(layers, { silence: ['S221'] }).plan;
const idsOf = (layers: RouteLayers): string[] => composeRoutes(layers).diagnostics.map(({ id }) => id);

describe('A route in the plan', () => {
  it('is behind none of its own layer that takes some of its requests, unless that falls', () => {
    const router = () => Router().get('/users/me', show).get('/users/:id', show);
    const behind = (falls: true | []) =>
      planOf({ base: [defineRoutes({ name: 'users', router: router(), falls })] }).at(-1)?.behind ?? [];
    assert.deepEqual(behind([]), []);
    assert.deepEqual(behind(true), ['GET /users/me (base)']);
  });

  it('is behind none where it is what stands at the end of a router', () => {
    const files = Router().use('/files', express.static('.'));
    const plan = planOf({ base: [files], top: [Router().get('/files/:name', show)] });
    assert.deepEqual(plan.at(-1)?.behind ?? [], []);
  });

  it('has the error handlers behind it, and not those in front', () => {
    const early: ErrorRequestHandler = (error, _req, _res, next) => next(error);
    const late: ErrorRequestHandler = (error, _req, _res, next) => next(error);
    const [route] = planOf({ base: [Router().use(early).get('/a', show).use(late)] });
    assert.deepEqual(route?.onErrors, ['late']);
  });

  it('hides a HEAD of its path only as a GET', () => {
    const head = Router().head('/a', show);
    assert.deepEqual(idsOf({ base: [head], top: [Router().post('/a', show)] }), []);
    assert.deepEqual(idsOf({ base: [head], top: [Router().get('/a', show)] }), ['S221']);
  });

  it('cannot be overridden by its own router', () => {
    const own = defineRoutes({ name: 'own', router: Router().get('/a', show), overrides: ['GET /a'] });
    assert.throws(
      () => composeRoutes({ base: [Router().get('/b', show)], top: [own] }),
      (error: StackError) => error.diagnostics.some(({ id }) => id === 'S122'),
    );
  });
});

describe('Paths that are not compared', () => {
  it('are those below a regular expression, but for equals', () => {
    const below = (path: string) => Router().use(/^\/v\d/, Router().get(path, show));
    assert.deepEqual(idsOf({ base: [below('/a')], top: [below('/b')] }), []);
    assert.deepEqual(idsOf({ base: [below('/a')], top: [below('/a')] }), ['S221']);
  });

  it('are not equal where routers read them otherwise', () => {
    const path = '/:from-:to';
    const lower = () => Router().get(path, show);
    assert.deepEqual(idsOf({ base: [lower()], top: [lower()] }), ['S221']);
    const sensitive = Router({ caseSensitive: true }).get(path, show);
    assert.deepEqual(idsOf({ base: [lower()], top: [sensitive] }), []);
    assert.deepEqual(idsOf({ base: [lower()], top: [express4.Router().get(path, show)] }), []);
  });

  it('have two wildcards, or very many optional parts', () => {
    const many = 'abcdefghi'.replaceAll(/./g, '/:$&?');
    const [wild, optional] = planOf({
      base: [Router().get('/*from/to/*path', show), express4.Router().get(many, show)],
    });
    assert.equal(wild?.notCompared, 'a path with two parameters in one segment');
    assert.equal(optional?.notCompared, 'a path of very many optional parts');
  });
});

describe('A mount of Express 4', () => {
  it('is read from what Express keeps of it, as far as that is plain', () => {
    const mounted = (path: string) => express4.Router().use(path, express4.Router().get('/a', show));
    const [plain, pattern] = planOf({ base: [mounted('/v1.0'), mounted(String.raw`/v:major(\d+)`)] });
    assert.deepEqual([plain?.path, plain?.notCompared], ['/v1.0/a', undefined]);
    assert.equal(pattern?.notCompared, 'a mount whose path this version of Express does not keep');
  });
});

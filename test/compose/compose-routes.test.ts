import assert from 'node:assert/strict';
import express, { type RequestHandler, Router } from 'express';
import request from 'supertest';
import {
  composeRoutes,
  type ComposeRoutesOptions,
  defineRoutes,
  type Diagnostic,
  type RouteLayers,
  type Routes,
  StackError,
} from '../../lib/compose.ts';
import { express4 } from '../express-messages/express-versions.ts';

const show: RequestHandler = (req, res) => void res.send(`${req.method} ${req.originalUrl}`);
const auth: RequestHandler = (_req, _res, next) => next();

/** A router with a route for each `GET /path`. */
function routerOf(...routes: string[]): Router {
  const router = Router();
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ');
    router[method.toLowerCase() as 'get'](path, show);
  }
  return router;
}

/** What is wrong with routes, whether it is thrown or not. */
function found(layers: RouteLayers, options?: ComposeRoutesOptions): readonly Diagnostic[] {
  try {
    return composeRoutes(layers, options).diagnostics;
  } catch (error) {
    if (error instanceof StackError) return error.diagnostics;
    throw error;
  }
}

const ids = (layers: RouteLayers, options?: ComposeRoutesOptions): string[] =>
  found(layers, options).map(({ id }) => id);

const row = ({ plan }: Routes, name: string) => {
  const entry = plan.find(({ method, path, layer }) => `${method} ${path} (${layer})` === name);
  assert.ok(entry, name);
  return entry;
};

describe('composeRoutes', () => {
  describe('puts routers into an order', () => {
    it('in which the higher layer answers first, and each layer as it is written', async () => {
      const says = (text: string) => Router().get('/who', (_req, res) => void res.send(text));
      const only = Router().get('/base', show);
      const routes = composeRoutes(
        { base: [[says('base'), only], false, null, undefined], acme: [says('acme')] },
        { silence: ['S221'] },
      );
      const app = express().use(...routes.routers);
      assert.equal((await request(app).get('/who')).text, 'acme');
      assert.equal((await request(app).get('/base')).text, 'GET /base');
    });

    it('of the very routers that were given, so that a request pays for nothing', () => {
      const [users, files] = [routerOf('GET /users'), routerOf('GET /files')];
      const { routers } = composeRoutes({
        base: [users],
        acme: [defineRoutes({ name: 'files', router: files })],
      });
      assert.deepEqual(routers, [files, users]);
    });

    it('and has no plan of none', () => {
      const routes = composeRoutes({ base: [] });
      assert.deepEqual([routes.plan, routes.routers, routes.diagnostics], [[], [], []]);
    });
  });

  describe('says of a route that is hidden', () => {
    const acme = (overrides: string[] = []) =>
      defineRoutes({ name: 'acme-users', router: routerOf('GET /users/:id'), overrides });
    const base = () => defineRoutes({ name: 'users', router: routerOf('GET /users/:id') });

    it('by a higher layer that it is never reached, with both places, and what to write', () => {
      const [diagnostic, ...others] = found({ base: [base()], acme: [acme()] });
      assert.ok(diagnostic);
      assert.equal(others.length, 0);
      assert.equal(diagnostic.id, 'S221');
      assert.equal(
        diagnostic.message,
        'GET /users/:id (base) is never reached: GET /users/:id (acme) answers first.',
      );
      assert.match(
        diagnostic.hint,
        /overrides: \['GET \/users\/:id'\] in the routes "acme-users"\. .* falls: \['GET \/users\/:id'\]/,
      );
      assert.deepEqual(
        diagnostic.places.map(({ name }) => name),
        ['GET /users/:id (acme)', 'GET /users/:id (base)'],
      );
      const [higher, lower] = diagnostic.places.map(({ at }) => at);
      assert.match(`${higher} ${lower}`, /compose-routes\.test\.ts:\d+ .*compose-routes\.test\.ts:\d+$/);
      assert.notEqual(higher, lower);
    });

    it('nothing when that overrides it, by its method or whatever the method', () => {
      for (const name of ['GET /users/:id', '/users/:id']) {
        const routes = composeRoutes({ base: [base()], acme: [acme([name])] });
        assert.deepEqual(routes.diagnostics, []);
        assert.deepEqual(row(routes, 'GET /users/:id (acme)').overrides, ['GET /users/:id (base)']);
        assert.equal(row(routes, 'GET /users/:id (base)').replacedBy, 'GET /users/:id (acme)');
      }
    });

    it('an error when it stands in the same layer, whatever that overrides', () => {
      const [diagnostic] = found({ base: [base(), acme(['GET /users/:id'])] });
      assert.equal(diagnostic?.id, 'S121');
      assert.equal(diagnostic.level, 'error');
      assert.equal(diagnostic.places.length, 2);
      assert.deepEqual(ids({ base: [routerOf('GET /a', 'GET /a')] }), ['S121']);
    });

    it('once for all methods of a path, with those that hide them', () => {
      const resource = () => {
        const router = Router();
        router.route('/logout').post(show).all(show);
        return router;
      };
      const [diagnostic, ...others] = found({ base: [resource()], acme: [resource()] });
      assert.equal(others.length, 0);
      assert.equal(
        diagnostic?.message,
        'POST and ALL /logout (base) are never reached: POST and ALL /logout (acme) answer first.',
      );
      assert.match(diagnostic.hint, /overrides: \['POST \/logout', 'ALL \/logout'\] in a defineRoutes/);
    });

    it('that it is replaced as soon as one of several higher layers says so', () => {
      const top = defineRoutes({
        name: 'top',
        router: routerOf('GET /users/:id'),
        overrides: ['/users/:id'],
      });
      const routes = composeRoutes({ base: [base()], acme: [acme(['/users/:id'])], top: [top] });
      assert.deepEqual(routes.diagnostics, []);
      assert.equal(row(routes, 'GET /users/:id (base)').replacedBy, 'GET /users/:id (top)');
      assert.deepEqual(ids({ base: [base()], acme: [acme()], top: [top] }), []);
    });

    it('nothing when the one in front leaves requests to others, as its router says', () => {
      for (const falls of [true, ['GET /users/:id'], ['/users/:id']] as const) {
        const router = routerOf('GET /users/:id');
        const routes = composeRoutes({
          base: [base()],
          acme: [defineRoutes({ name: 'a', router, falls })],
        });
        assert.deepEqual(routes.diagnostics, []);
        assert.equal(row(routes, 'GET /users/:id (acme)').falls, true);
        assert.deepEqual(row(routes, 'GET /users/:id (base)').behind, ['GET /users/:id (acme)']);
      }
      const loads = defineRoutes({ name: 'load', router: routerOf('ALL /{*path}'), falls: ['ALL /{*path}'] });
      assert.deepEqual(ids({ base: [loads, base()] }), []);
    });

    it('that a middleware at the end of a router is hidden as well, and that it hides nothing', () => {
      const files = Router().use('/files', express.static('.'));
      assert.deepEqual(ids({ base: [files], acme: [routerOf('ALL /{*path}')] }), ['S221']);
      assert.deepEqual(ids({ base: [files], acme: [routerOf('GET /{*path}')] }), []);
      assert.deepEqual(
        ids({ base: [routerOf('GET /files/a')], acme: [Router().use(express.static('.'))] }),
        [],
      );
    });

    it('of paths with an empty segment only what Express does, of each version', async () => {
      for (const make of [Router, express4.Router]) {
        const wildcard = make === Router ? '/a/*rest' : '/a/*';
        for (const [path, isHidden] of [
          ['/a//b', true],
          ['/a//:x', true],
          [wildcard, true],
          ['/a/:x', false],
          ['/a/b', false],
          ['/a//c', false],
        ] as const) {
          const [first, second] = ['first', 'second'].map((name, place) =>
            make().get(place === 0 ? path : '/a//b', (_req, res) => void res.send(name)),
          );
          const app = express().use(first!, second!);
          const { text } = await request(app).get('/a//b');
          assert.equal(text, isHidden ? 'first' : 'second', path);
          assert.deepEqual(ids({ base: [first, second] }), isHidden ? ['S121'] : [], path);
        }
      }
      const routes = composeRoutes({ base: [routerOf('GET /a//:x')], top: [routerOf('GET /a//b')] });
      assert.deepEqual(row(routes, 'GET /a//:x (base)').behind, ['GET /a//b (top)']);
    });

    it('a warning that can be silenced, raised and logged', () => {
      const layers = { base: [base()], acme: [acme()] };
      assert.deepEqual(ids(layers, { silence: ['S221'] }), []);
      for (const strict of [true, ['S221']] as const) {
        assert.throws(
          () => composeRoutes(layers, { strict }),
          /error S221 \(route hidden by a higher layer\)/,
        );
      }
      const lines: string[] = [];
      composeRoutes(layers, { log: { warn: (_details, line) => void lines.push(line) } });
      assert.match(
        lines.join('\n'),
        /^S221 GET \/users\/:id \(base\) is never reached: .* At .*:\d+ \(GET .* See /,
      );
    });
  });

  describe('refuses', () => {
    it('an override of a route that is not there, and proposes one', () => {
      const router = routerOf('GET /users/:id');
      const [diagnostic] = found({
        base: [routerOf('GET /users/:id')],
        acme: [defineRoutes({ name: 'acme', router, overrides: ['GET /user/:id'] })],
      });
      assert.equal(diagnostic?.id, 'S122');
      assert.match(diagnostic.hint, /^Did you mean "GET \/users\/:id"\?/);
    });

    it('an override of a route that is still reached: wholly, in part, or because it stands no lower', () => {
      const acme = (routes: string[], overrides: string[], falls?: true) =>
        defineRoutes({ name: 'acme', router: routerOf(...routes), overrides, ...(falls && { falls }) });
      const cases: [RouteLayers, RegExp][] = [
        [{ base: [routerOf('GET /a')], acme: [acme(['GET /b'], ['GET /a'])] }, /still reached/],
        [
          { base: [routerOf('GET /users/:id')], acme: [acme(['GET /users/me'], ['GET /users/:id'])] },
          /still reached/,
        ],
        [
          { base: [routerOf('GET /a', 'POST /a')], acme: [acme(['GET /a'], ['/a'])] },
          /but POST \/a \(base\) is still/,
        ],
        [{ base: [routerOf('GET /a')], acme: [acme(['GET /a'], ['/a'], true)] }, /still reached/],
        [{ base: [acme(['GET /a'], ['GET /a'])], acme: [routerOf('GET /a')] }, /no lower/],
      ];
      for (const [layers, message] of cases) {
        const diagnostic = found(layers).find(({ id }) => id === 'S123');
        assert.match(diagnostic?.message ?? '', message);
        assert.equal(diagnostic?.places.length, 2);
      }
    });

    it('falls of a route that the router does not have', () => {
      const router = Router().use('/v1', routerOf('GET /users'));
      const [diagnostic] = found({ base: [defineRoutes({ name: 'v1', router, falls: ['GET /users'] })] });
      assert.equal(diagnostic?.id, 'S122');
      assert.match(diagnostic.hint, /Did you mean "GET \/v1\/users"\?/);
    });

    it('what is malformed, and says what to write', () => {
      const router = Router();
      const cases: [() => unknown, RegExp][] = [
        [() => composeRoutes(router as never), /composeRoutes\(\{ base: \[router\] \}\)/],
        [() => composeRoutes({ base: router } as never), /write base: \[router\]/],
        [() => composeRoutes({ 1: [router] }), /give the layer a name/],
        [
          () => composeRoutes({ base: [show] }),
          /number 1: expected a router, .* not a function\. A middleware/,
        ],
        [() => composeRoutes({ base: [{ name: 'a', router }] } as never), /Write defineRoutes/],
        [
          () => composeRoutes({ base: [] }, { silent: ['S221'] } as never),
          /no option "silent"\. Did you mean "silence"/,
        ],
        [() => composeRoutes({ base: [] }, { silence: ['S121'] } as never), /S121 .* cannot be silenced/],
        [() => composeRoutes({ base: [] }, { log: 'here' } as never), /log takes a logger/],
        [
          () => composeRoutes({ base: [] }, [] as never),
          /plain object, such as \{ strict: true \}, not an array/,
        ],
        [
          () =>
            composeRoutes({
              a: [defineRoutes({ name: 'x', router })],
              b: [defineRoutes({ name: 'x', router })],
            }),
          /Two routers have the name "x", one of b and one of a/,
        ],
      ];
      for (const [compose, message] of cases) assert.throws(compose, { name: 'TypeError', message });
      assert.throws(
        () => composeRoutes({ base: [routerOf('GET /a', 'GET /a')] }),
        (error: Error) => {
          assert.match(error.stack ?? '', /\n {4}at (?:.* \()?(?:file:\/\/)?\/.*compose-routes\.test\.ts/);
          assert.doesNotMatch(error.stack ?? '', /lib\/compose\/compose-routes/);
          return true;
        },
      );
    });
  });

  describe('compares', () => {
    /** Whether the one route hides the other, each in a router of a layer of its own. */
    const hides = (higher: string, lower: string) =>
      ids({ base: [routerOf(lower)], top: [routerOf(higher)] }).length > 0;

    it('methods: GET answers HEAD, unless HEAD is answered by itself, and ALL answers every one', () => {
      assert.ok(hides('GET /a', 'HEAD /a'));
      assert.ok(hides('ALL /a', 'GET /a'));
      assert.ok(!hides('HEAD /a', 'GET /a'));
      assert.ok(!hides('POST /a', 'GET /a'));
      assert.ok(!hides('GET /a', 'ALL /a'));
      const apart = Router();
      apart.route('/a').head(show).get(show);
      assert.deepEqual(ids({ base: [routerOf('GET /a')], top: [apart] }), ['S221']);
      const headless = Router();
      headless.route('/a').get(auth, show).head(show);
      assert.deepEqual(ids({ base: [routerOf('HEAD /a')], top: [headless] }), ['S221']);
    });

    it('the one way to say ALL with the other, that of an app', () => {
      const app = express();
      app.all('/a', auth, show);
      const routes = composeRoutes({ base: [routerOf('POST /a')], top: [app] }, { silence: ['S221'] });
      assert.equal(routes.plan.length, 2);
      assert.deepEqual(row(routes, 'ALL /a (top)').through, ['auth']);
      assert.equal(row(routes, 'POST /a (base)').hiddenBy, 'ALL /a (top)');
    });

    it('a handler for all methods in front of others as their middleware, and behind them as an answer', () => {
      const router = Router();
      router.route('/guarded').all(auth).get(show);
      router.route('/closed').get(show).all(show);
      const { plan } = composeRoutes({ base: [router] });
      assert.deepEqual(
        plan.map(({ method, path, through }) => [method, path, through]),
        [
          ['GET', '/guarded', ['auth']],
          ['GET', '/closed', []],
          ['ALL', '/closed', []],
        ],
      );
    });

    it('regular expressions with their equals only, and says so', () => {
      const regexp = (source: RegExp) => Router().get(source, show);
      const equal = composeRoutes({ base: [regexp(/^\/a/)], top: [regexp(/^\/a/)] }, { silence: ['S221'] });
      assert.equal(row(equal, String.raw`GET /^\/a/ (base)`).hiddenBy, String.raw`GET /^\/a/ (top)`);
      const other = composeRoutes({ base: [routerOf('GET /a')], top: [regexp(/^\/a/)] });
      assert.deepEqual(other.diagnostics, []);
      assert.equal(other.plan[0]?.notCompared, 'a regular expression');
      assert.match(other.print(), /note: a regular expression is compared only with its equal/);
      assert.deepEqual(ids({ base: [regexp(/^\/a/)], top: [regexp(/^\/a/i)] }), []);
    });

    it('two parameters in one segment with their equals only', () => {
      assert.ok(hides('GET /:from-:to', 'GET /:from-:to'));
      assert.ok(!hides('GET /:from-:to', 'GET /a-b'));
    });
  });

  describe('reads', () => {
    it('nested routers, several paths, and what runs in front of a route and on its errors', () => {
      function audit(_req: unknown, _res: unknown, next: () => void) {
        next();
      }
      const failed: express.ErrorRequestHandler = (_error, _req, res, _next) => void res.sendStatus(500);
      const users = Router();
      users.param('id', function user(_req, _res, next) {
        next();
      });
      users.use('/admin', auth);
      users.get(['/all/:id', '/admin/:id'], audit, show);
      users.use(failed);
      const router = Router().use(audit).use(['/v1', '/v2'], users);
      const { plan } = composeRoutes({ base: [router] });
      assert.deepEqual(
        plan.map(({ path, through, onErrors }) => ({ path, through, onErrors })),
        ['/v1', '/v2'].flatMap((mount) => [
          { path: `${mount}/all/:id`, through: ['audit', 'user of :id', 'audit'], onErrors: ['failed'] },
          {
            path: `${mount}/admin/:id`,
            through: ['audit', 'auth', 'user of :id', 'audit'],
            onErrors: ['failed'],
          },
        ]),
      );
    });

    it('an app and a router of Express 4', () => {
      const app = express4();
      const users = express4.Router();
      users.get('/:id?', auth, show).get('/files/*', show);
      app.use('/v1/:tenant', auth, users);
      app.get('/', show);
      const { plan } = composeRoutes({ base: [app, express4()] });
      assert.deepEqual(
        plan.map(({ method, path, through }) => [method, path, through]),
        [
          ['GET', '/v1/:tenant/:id?', ['auth', 'auth']],
          ['GET', '/v1/:tenant/files/*', ['auth']],
          ['GET', '/', []],
        ],
      );
    });

    it('a router that uses itself once', () => {
      const router = routerOf('GET /a');
      router.use('/again', router);
      assert.equal(composeRoutes({ base: [router] }).plan.length, 1);
    });

    it('what stands at the end of a router as one entry for each path', () => {
      const router = routerOf('GET /a');
      router.use(auth, express.static('.'));
      const routes = composeRoutes({ base: [router] });
      assert.deepEqual(
        routes.plan.map(({ method, path, handler, through }) => [method, path, handler, through]),
        [
          ['GET', '/a', 'show', []],
          ['USE', '/', 'serveStatic', ['auth']],
        ],
      );
    });
  });

  it('prints a line for each route, and below it what else there is to say', () => {
    const router = Router().get('/users/:id', auth, show);
    const routes = composeRoutes({
      base: [defineRoutes({ name: 'users', router: routerOf('GET /users/:name') })],
      acme: [defineRoutes({ name: 'acme', router, overrides: ['/users/:name'] })],
    });
    assert.equal(
      routes.print(),
      [
        'method  path          layer  router  handler',
        'GET     /users/:id    acme   acme    show',
        '          through auth',
        '          in the place of GET /users/:name (base)',
        'GET     /users/:name  base   users   show',
        '          replaced by GET /users/:id (acme)',
      ].join('\n'),
    );
    assert.deepEqual(JSON.parse(routes.print('json')), {
      plan: JSON.parse(JSON.stringify(routes.plan)) as unknown,
      diagnostics: [],
    });
    assert.throws(() => routes.print('mermaid' as never), /takes 'table' or 'json', not "mermaid"/);
  });
});

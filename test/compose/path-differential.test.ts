/** One reading of the path: whatever the request target, a middleware with a `path` runs where `app.use(path)` does. */
import assert from 'node:assert/strict';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  Router,
} from 'express';
import fc from 'fast-check';
import { compose, wrap } from '../../lib/compose.ts';
import { runsOf, someOf } from '../runs-of.ts';
import { anyTarget, FIXED_TARGETS, PATHS } from './odd-targets.ts';
import { RawClient } from './raw-client.ts';
import { serving } from './serving.ts';

/** The names of the handlers that ran on a request, by where they stood and how they were put there. */
interface Ran {
  readonly app: Record<Way, string[]>;
  readonly mounted: Record<Way, string[]>;
}
type Way = 'composed' | 'one by one';
type RanOf = () => string[];

const runs = (name: string, ranOf: RanOf): RequestHandler =>
  function (_req, _res, next) {
    ranOf().push(name);
    next();
  };

const handles = (name: string, ranOf: RanOf): ErrorRequestHandler =>
  function (error, _req, _res, next) {
    ranOf().push(`${name}, with an error`);
    next(error);
  };

/** Who runs when the path cannot be read. Express then routes nowhere; of a stack no guard may be skipped. */
const EVERYBODY = [
  ...Object.keys(PATHS),
  ...Object.keys(PATHS).map((name) => `${name}, with an error`),
  'behind',
];

const fail: RequestHandler = (_req, _res, next) => next(new Error('for the error handlers'));

/** Goes on as a request for a path that Express can read, whatever the handlers before were given. */
const recover = (ranOf: RanOf): ErrorRequestHandler =>
  function (_error, req, _res, next) {
    ranOf().push('behind');
    req.url = '/';
    next();
  };

/** A header in which a target comes that a server would refuse in the request line. */
const WRITTEN = 'x-written-target';

/** Puts that target into `req.url`, if there is one. */
const rewrite: RequestHandler = (req, _res, next) => {
  const target = req.get(WRITTEN);
  if (target !== undefined) req.url = decodeURIComponent(target);
  next();
};

function composed(ranOf: RanOf): RequestHandler {
  const paths = Object.entries(PATHS);
  const stack = compose({
    only: [
      rewrite,
      ...paths.map(([name, path]) => wrap(runs(name, ranOf), { name, path })),
      fail,
      ...paths.map(([name, path]) => wrap(handles(name, ranOf), { name: `${name}, with an error`, path })),
      recover(ranOf),
    ],
  });
  return stack as RequestHandler;
}

/** The same by `app.use`, which may leave an odd `req.url` changed: each is to judge what the first was given. */
function useEach(router: Router, ranOf: RanOf): Router {
  const given = new WeakMap<Request, string>();
  const restore: RequestHandler = (req, _res, next) => {
    req.url = given.get(req)!;
    next();
  };
  router.use(rewrite, (req, _res, next) => {
    given.set(req, req.url);
    next();
  });
  for (const [name, path] of Object.entries(PATHS)) {
    router.use(path as string[], runs(name, ranOf)).use(restore);
  }
  router.use(fail);
  for (const [name, path] of Object.entries(PATHS)) {
    router.use(path as string[], handles(name, ranOf)).use(((error, req, _res, next) => {
      req.url = given.get(req)!;
      next(error);
    }) as ErrorRequestHandler);
  }
  return router.use(recover(ranOf));
}

/** An app in which the same handlers stand composed and one by one, at its top and below `/app`. */
function appWith(ran: () => Ran): Express {
  const asSent: RequestHandler = (req, _res, next) => {
    req.url = req.originalUrl;
    next();
  };
  const app = express();
  app.use(
    composed(() => ran().app.composed),
    asSent,
  );
  app
    .use(
      '/app',
      composed(() => ran().mounted.composed),
    )
    .use(asSent);
  app
    .use(
      '/app',
      useEach(Router(), () => ran().mounted['one by one']),
    )
    .use(asSent);
  app.use(useEach(Router(), () => ran().app['one by one']));
  app.use((_req, res) => void res.send('behind'));
  return app;
}

const nobody = (): Ran => ({
  app: { composed: [], 'one by one': [] },
  mounted: { composed: [], 'one by one': [] },
});

function expected(ran: Record<Way, string[]>): string[] {
  const isUnreadable = !ran['one by one'].includes('behind') && ran.composed.length > 0;
  return isUnreadable ? EVERYBODY : ran['one by one'];
}

/** So many random targets are tried each time, beside the fixed ones. */
const RANDOM = runsOf(1600);

/** Takes targets through the app, and compares who ran. */
class Probe {
  readonly app = appWith(() => this.#ran);
  /** How many answers had which status, and how often each handler ran: no test of nothing. */
  readonly counts = new Map<string, number>();
  #ran = nobody();

  /** What a server refuses in the request line, a handler may still write into `req.url`. */
  async check(client: RawClient, target: string): Promise<void> {
    if ((await this.#ask(client, target)) !== 400) return;
    const header = `${WRITTEN}: ${encodeURIComponent(target)}\r\n`;
    await this.#ask(client, '/app', header);
  }

  async #ask(client: RawClient, target: string, header = ''): Promise<number | undefined> {
    this.#ran = nobody();
    const { status } = (await client.ask('GET', target, header)) ?? {};
    const { app, mounted } = this.#ran;
    this.#count(`answered ${status}`, ...app.composed, ...mounted.composed);
    assert.deepEqual(app.composed, expected(app), JSON.stringify(target) + header);
    assert.deepEqual(mounted.composed, expected(mounted), `${JSON.stringify(target)}, below /app; ${header}`);
    return status;
  }

  #count(...names: string[]): void {
    for (const name of names) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

describe('Whatever the request target, a middleware with a path', function () {
  // There are thousands of them, and machines are slow at times.
  this.timeout(600_000);

  const { noDeprecation = false } = process;
  before(() => {
    // Node warns of the odd ports among the targets, and goes on.
    process.noDeprecation = true;
  });
  after(() => {
    process.noDeprecation = noDeprecation;
  });

  it('runs where app.use runs it, and so does its error handler', async () => {
    const probe = new Probe();
    await serving(probe.app, async (server) => {
      const client = new RawClient(server);
      for (const target of someOf(FIXED_TARGETS)) await probe.check(client, target);
      await fc.assert(
        fc.asyncProperty(anyTarget, (target) => probe.check(client, target)),
        { numRuns: RANDOM },
      );
    });
    const count = (name: string): number => probe.counts.get(name) ?? 0;
    const answered = ['answered 200', 'answered 400', 'answered 404'].map(count);
    assert.ok(FIXED_TARGETS.length > 2400);
    assert.ok(answered.every((times) => times > 50) && count('answered undefined') === 0, String(answered));
    for (const name of Object.keys(PATHS)) assert.ok(count(`${name}, with an error`) > 10, name);
  });

  it('guards the routes below it, also from targets that only Express reads as theirs', async () => {
    const guard = wrap((_req, res) => void res.status(401).send('guarded'), {
      name: 'guard',
      path: ['/api', '/admin'],
    });
    const app = express().use(compose({ only: [guard] }));
    app.get(['/api/admin/danger', '/admin'], (_req, res) => void res.send('danger'));
    await serving(app, async (server) => {
      const client = new RawClient(server);
      for (const target of [
        '/api/admin/danger',
        '/API/Admin/Danger/?x',
        '/api\\admin\\danger#',
        '/admin#x',
        '/admin#',
        'http://h/admin#x',
        'foo://h/api\\admin/danger#',
        'http://u@h/admin/;#',
      ]) {
        assert.equal((await client.ask('GET', target))?.body, 'guarded', target);
      }
    });
  });
});

/** Apps made of a seed, of what Express apps are made of. The same seed makes the same app of any copy of Express. */
import { tmpdir } from 'node:os';
import compression from 'compression';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import type express from 'express';
import type {
  ErrorRequestHandler,
  Express,
  Request,
  RequestHandler,
  RequestParamHandler,
  Router,
} from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import passport from 'passport';

type Choice = <T>(...choices: readonly T[]) => T;

/** Numbers from 0 to 1, the same for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const PATHS = [
  '/',
  '/a',
  '/a/b',
  '/b',
  '/b/1',
  '/v1/a',
  '/v1/b/2',
  '/static/package.json',
  '/none',
  '/a?x=1&y=2',
];

/** A request with what handlers put on it. */
type Loose = Omit<Request, 'user'> & Record<string, unknown>;

export function randomApp(copy: typeof express, seed: number): Express {
  const random = randomOf(seed);
  const choose: Choice = (...choices) => choices[Math.floor(random() * choices.length)]!;
  const app = copy();
  app.set('x-powered-by', choose(true, false));
  let ids = 0;
  const keys = ['user', 'tenant', 'body', 'locale', 'view'];

  const handlers: (() => RequestHandler)[] = [
    () => helmet(),
    () => cors(choose({}, { origin: 'http://a.example', credentials: true })),
    () => compression({ threshold: choose(0, 20) }),
    () => cookieParser('secret'),
    () =>
      session({
        secret: 'x',
        resave: false,
        saveUninitialized: choose(true, false),
        genid: () => `id-${String(ids++)}`,
      }),
    () => passport.initialize(),
    () => copy.json({ limit: choose(10, 1000), strict: choose(true, false) }),
    () => copy.urlencoded({ extended: choose(true, false) }),
    () => copy.text({ type: '*/*' }),
    () => copy.raw({ type: 'application/octet-stream' }),
    () => copy.static(choose('lib/page', process.cwd(), tmpdir()), { fallthrough: choose(true, false) }),
    () =>
      rateLimit({
        windowMs: 60_000,
        limit: choose(1, 100),
        legacyHeaders: choose(true, false),
      }) as RequestHandler,
    () => writesKey(choose(...keys), choose('now', 'later', 'micro')),
    () => readsKey(choose(...keys)),
    () => changesInPlace(choose('session', 'body', 'headers', 'query')),
    () => definesKey(choose(...keys)),
    () => copiesRequest(),
    () => setsHeader(choose('x-one', 'x-two', 'cache-control', 'vary'), choose('1', '2')),
    () => replacesMethod(choose('end', 'json', 'writeHead', 'send')),
    () => readsBody(),
    () => writesQuery(),
    () => fails(choose(400, 404, 500, undefined), choose('throw', 'next', 'later')),
    () => nextTwice(),
    () => listsKeys(),
  ];
  const middleware = () => choose(...handlers)();

  function endpoint(): RequestHandler {
    return choose<RequestHandler>(
      (req, res) =>
        res.json({ body: (req as Loose).body ?? null, user: (req as Loose).user ?? null, url: req.url }),
      (req, res) => void res.status(choose(200, 201, 404)).send(`${req.method} ${req.baseUrl} ${req.path}`),
      (_req, res) => void setImmediate(() => res.type('text').end('later')),
      (req, res) => res.redirect(`/a?from=${req.path}`),
      (_req, res) => res.sendFile('package.json', { root: process.cwd() }),
      (req, res) => {
        req.pipe(res);
      },
      (req, res) =>
        void res.send(JSON.stringify({ ...req.query, ...req.params, keys: Object.keys(res.locals) })),
      async (_req, res) => {
        await Promise.resolve();
        res.set('x-async', '1').sendStatus(202);
      },
    );
  }

  function fill(router: Router, depth: number): void {
    const count = 2 + Math.floor(random() * 6);
    for (let index = 0; index < count; index++) {
      choose<() => unknown>(
        () => router.use(middleware()),
        () => router.use([middleware(), middleware()], middleware()),
        () => router.use(choose('/', '/a', '/b'), middleware()),
        () => router.get(choose('/', '/a', '/b/:id', '/a/b'), middleware(), endpoint()),
        () => router.route(choose('/a', '/b')).all(middleware()).post(endpoint()).get(endpoint()),
        () => router.all(choose('/none', '/a/b'), endpoint()),
        () => depth > 0 && router.use(choose('/v1', '/a', '/'), nested(depth - 1)),
        () => depth > 0 && router.use(choose('/v1', '/b'), subApp(depth - 1)),
        () => router.param('id', keepsParam),
        () => router.use(errorHandler(choose(true, false))),
      )();
    }
  }

  function nested(depth: number): Router {
    const router = copy.Router({ mergeParams: choose(true, false) });
    fill(router, depth);
    return router;
  }

  function subApp(depth: number): Express {
    const sub = copy();
    fill(sub, depth);
    return sub;
  }

  fill(app, 2);
  if (random() < 0.7) app.use(endpoint());
  if (random() < 0.5) app.use(errorHandler(true));
  return app;
}

const keepsParam: RequestParamHandler = (req, _res, next, id) => {
  (req as Loose).tenant = id;
  next();
};

function writesKey(key: string, when: 'now' | 'later' | 'micro'): RequestHandler {
  return (req, res, next) => {
    (req as Loose)[key] ??= { by: when };
    res.locals[key] = when;
    if (when === 'now') next();
    else if (when === 'later') setImmediate(next);
    else void Promise.resolve().then(() => next());
  };
}

function readsKey(key: string): RequestHandler {
  return (req, res, next) => {
    const known = key in req ? 'in' : 'out';
    res.append('x-read', `${key} ${known} ${typeof (req as Loose)[key]} ${typeof res.locals[key]}`);
    next();
    if (!res.headersSent) res.append('x-read', 'after');
  };
}

function changesInPlace(key: string): RequestHandler {
  return (req, _res, next) => {
    const object: unknown = (req as Loose)[key];
    if (typeof object === 'object' && object !== null && !Buffer.isBuffer(object)) {
      Reflect.set(object, 'x-changed', '1');
      Reflect.deleteProperty(object, 'y');
    }
    next();
  };
}

function definesKey(key: string): RequestHandler {
  return (req, _res, next) => {
    Object.defineProperty(req, key, {
      configurable: true,
      enumerable: true,
      get: () => 'defined',
      set: () => undefined,
    });
    next();
  };
}

function copiesRequest(): RequestHandler {
  return (req, res, next) => {
    const derived = Object.create(req) as Loose;
    derived.user = 'derived';
    const { user } = { ...(req as Loose) };
    res.append('x-copy', `${typeof user} ${String(Object.hasOwn(req, 'user'))} ${String(derived.user)}`);
    Reflect.deleteProperty(req, 'tenant');
    next();
  };
}

function setsHeader(name: string, value: string): RequestHandler {
  return (_req, res, next) => {
    res.setHeader(name, value);
    next();
  };
}

function replacesMethod(name: 'end' | 'json' | 'writeHead' | 'send'): RequestHandler {
  return (_req, res, next) => {
    const original = Reflect.get(res, name) as (...args: unknown[]) => unknown;
    Reflect.set(res, name, function (this: unknown, ...args: unknown[]) {
      if (!res.headersSent) res.setHeader(`x-${name}`, String(this === res));
      return original.apply(this, args);
    });
    next();
  };
}

function readsBody(): RequestHandler {
  return (req, res, next) => {
    if (req.readableEnded || req.complete) {
      next();
      return;
    }
    let length = 0;
    req.on('data', (chunk: Buffer) => (length += chunk.length));
    req.on('end', () => {
      (req as Loose).body = { length };
      res.locals.length = length;
      next();
    });
  };
}

function writesQuery(): RequestHandler {
  return (req, res, next) => {
    try {
      Reflect.set(req, 'query', { z: '1' });
      (req as { query: unknown }).query = { z: '2' };
      res.append('x-query', 'written');
    } catch (error) {
      res.append('x-query', (error as Error).message);
    }
    next();
  };
}

function fails(status: number | undefined, how: 'throw' | 'next' | 'later'): RequestHandler {
  return (req, _res, next) => {
    if (!req.url.includes('b')) {
      next();
      return;
    }
    const error = Object.assign(new Error('failed'), status !== undefined && { status });
    if (how === 'throw') throw error;
    if (how === 'next') next(error);
    else setImmediate(() => next(error));
  };
}

function nextTwice(): RequestHandler {
  return (_req, res, next) => {
    res.append('x-twice', '1');
    next('router');
  };
}

function listsKeys(): RequestHandler {
  return (req, res, next) => {
    const names = Object.keys(req).filter((key) => !/^_|^(?:client|socket|next|route|res)$/.test(key));
    res.append('x-keys', names.join());
    res.append('x-own', Object.keys(res.locals).join());
    next();
  };
}

function errorHandler(answers: boolean): ErrorRequestHandler {
  return (error: { message?: string; status?: number }, req, res, next) => {
    if (!answers || res.headersSent) next(error);
    else
      res
        .status(error.status ?? 500)
        .json({ error: String(error.message), user: (req as unknown as Loose).user ?? null });
  };
}

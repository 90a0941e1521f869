import assert from 'node:assert/strict';
import cookieParser from 'cookie-parser';
import express from 'express';
import session from 'express-session';
import helmet from 'helmet';
import passport from 'passport';
import request from 'supertest';
import { compose, declarations, defineMiddleware, wrap } from '../../lib/compose.ts';
import { orderOf } from './pass.ts';

import './state-keys.ts';

declare module '../../lib/compose.ts' {
  interface RequestState {
    body_size?: number;
  }
}

describe('Express code that stands in a layer as it is', () => {
  it('helmet, express.json, express.static and a handler do there what they do in app.use', async () => {
    const stack = compose({
      base: [
        helmet(),
        express.json({ limit: 100 }),
        function shout(req, res, next) {
          res.set('X-Body', String(Object.keys((req.body as object | undefined) ?? {})));
          next();
        },
        express.static(import.meta.dirname),
      ],
    });
    assert.deepEqual(orderOf(stack), ['helmetMiddleware', 'jsonParser', 'shout', 'serveStatic']);
    const app = express().use(stack, (req, res) => void res.json(req.body));
    app.use(
      ((error: { status: number }, _req, res, _next) =>
        void res.sendStatus(error.status)) as express.ErrorRequestHandler,
    );

    const posted = await request(app).post('/').send({ greeting: 'hi' });
    assert.deepEqual(posted.body, { greeting: 'hi' });
    assert.equal(posted.get('X-Body'), 'greeting');
    assert.equal(posted.get('X-Content-Type-Options'), 'nosniff');

    const tooLong = await request(app)
      .post('/')
      .send({ greeting: 'hi'.repeat(100) });
    assert.equal(tooLong.status, 413);
    assert.equal(tooLong.get('X-Body'), undefined);

    const file = await request(app).get('/express-code.test.ts');
    assert.equal(file.status, 200);
    assert.match(file.get('ETag') ?? '', /"/);
  });

  it('a router keeps its parameters, its base URL, its next("router") and its errors', async () => {
    const users = express.Router({ mergeParams: true });
    users.get('/:name', (req, res) => void res.json({ ...req.params, baseUrl: req.baseUrl, url: req.url }));
    const router = express.Router();
    router.use('/users', users);
    router.get('/leave', (_req, _res, next) => next('router'));
    router.get('/leave', (_req, res) => void res.send('still in the router'));
    router.get('/fail', () => {
      throw new Error('boom');
    });
    const stack = compose({
      base: [
        router,
        (_req, res, next) => {
          res.set('X-Behind', 'the router');
          next();
        },
        ((error: Error, _req, res, _next) =>
          void res.status(418).send(error.message)) as express.ErrorRequestHandler,
      ],
    });
    const app = express().use('/app', stack, (_req, res) => void res.send('behind'));
    const get = (path: string) => request(app).get(path);

    assert.deepEqual((await get('/app/users/ada?x=1')).body, {
      name: 'ada',
      baseUrl: '/app/users',
      url: '/ada?x=1',
    });
    const left = await get('/app/leave');
    assert.deepEqual([left.text, left.get('X-Behind')], ['behind', 'the router']);
    const failed = await get('/app/fail');
    assert.deepEqual([failed.status, failed.text], [418, 'boom']);
    assert.equal((await get('/app/nowhere')).text, 'behind');
  });

  it('passport signs people in and out on top of express-session, and hands the user to req.state', async () => {
    const authenticator = new passport.Passport();
    authenticator.use(new ByName());
    authenticator.serializeUser((user, done) => done(null, (user as User).name));
    authenticator.deserializeUser((name: string, done) => done(null, { name } satisfies User));

    const stack = compose(
      {
        base: [
          wrap(
            session({ secret: 'not a secret', resave: false, saveUninitialized: false }),
            declarations.expressSession,
          ),
          authenticator.initialize(),
          wrap(authenticator.session() as express.RequestHandler, {
            name: 'passport',
            after: ['express-session'],
          }),
          defineMiddleware({
            name: 'visitor',
            after: ['passport'],
            writes: ['visitor'],
            handle(req, _res, next) {
              const { name } = (req.user ?? {}) as Partial<User>;
              if (name !== undefined) req.state.visitor = name;
              next();
            },
          }),
        ],
      },
      { reads: ['visitor'], onConflict: 'error' },
    );
    const app = express().use(stack);
    app.post(
      '/login',
      authenticator.authenticate('by-name') as express.RequestHandler,
      (_req, res) => void res.send('welcome'),
    );
    app.get('/me', (req, res) => void res.send(req.state.visitor ?? 'nobody'));
    app.post('/logout', (req, res, next) => {
      req.logout((error?: unknown) => {
        if (error) next(error);
        else res.send('bye');
      });
    });

    const browser = request.agent(app);
    assert.equal((await browser.get('/me')).text, 'nobody');
    assert.equal((await browser.post('/login')).status, 401);
    assert.equal((await browser.post('/login?name=ada')).text, 'welcome');
    assert.equal((await browser.get('/me')).text, 'ada');
    assert.equal((await request(app).get('/me')).text, 'nobody');
    assert.equal((await browser.post('/logout')).text, 'bye');
    assert.equal((await browser.get('/me')).text, 'nobody');
  });
});

describe('wrap', () => {
  const bodySize = (req: express.Request, _res: express.Response, next: express.NextFunction) => {
    req.state.body_size = Number(req.get('Content-Length') ?? 0);
    next();
  };

  it('declares for a handler that one does not own, so that compose orders it and nothing is undeclared', async () => {
    const stack = compose({
      base: [
        defineMiddleware({
          name: 'limit',
          reads: ['body_size'],
          handle(req, res, next) {
            res.set('X-Size', String(req.state.body_size));
            next();
          },
        }),
        wrap(bodySize, { name: 'body-size', writes: ['body_size'] }),
      ],
    });
    assert.deepEqual(orderOf(stack), ['body-size', 'limit']);
    const app = express().use(stack, (req, res) => void res.json(req.stack.conflicts));
    const answer = await request(app).post('/').type('text').send('four');
    assert.equal(answer.get('X-Size'), '4');
    assert.deepEqual(answer.body, []);
  });

  it('takes an error handler for one', async () => {
    const stack = compose({
      base: [
        () => {
          throw new Error('boom');
        },
        wrap(
          ((error: Error, _req, res, _next) =>
            void res.status(418).send(error.message)) as express.ErrorRequestHandler,
          {
            name: 'explain',
          },
        ),
      ],
    });
    assert.equal((await request(express().use(stack)).get('/')).text, 'boom');
  });

  it('takes a ready declaration, spread and changed where the middleware is configured otherwise', () => {
    const stack = compose({
      base: [
        wrap(session({ secret: 'not a secret', resave: false, saveUninitialized: false }), {
          ...declarations.expressSession,
          path: '/app',
        }),
        wrap(cookieParser(), declarations.cookieParser),
      ],
    });
    assert.deepEqual(orderOf(stack), ['cookie-parser', 'express-session']);
    assert.deepEqual(stack.plan[1]?.path, ['/app']);
  });
});

interface User {
  readonly name: string;
}

/** Believes everybody who says a name. */
class ByName extends passport.Strategy {
  override readonly name = 'by-name';

  override authenticate(req: express.Request): void {
    const { name } = req.query;
    if (typeof name === 'string') this.success({ name } satisfies User);
    else this.fail(401);
  }
}

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import type express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import { learn } from '../../lib/learn/index.ts';
import type { LearnReport } from '../../lib/learn/report/finding.ts';
import { readRequests } from '../../lib/learn/requests-file.ts';
import { sendRequests } from '../../lib/learn/send-requests.ts';
import { EXPRESSES, type ExpressName, watchedExpress } from './fresh-express.ts';

type Fill = (app: Express, copy: typeof express, name: ExpressName) => void;
type Loose = Omit<Request, 'user' | 'body'> & Record<string, unknown>;

const POST = 'POST /form\nContent-Type: application/json\n\n{"a":1}';
const answer: RequestHandler = (_req, res) => void res.send('ok');
const pass: RequestHandler = (_req, _res, next) => next();
/** Answers an error with its status, and leaves alone an answer that is out, as Express's documentation says. */
const patient: ErrorRequestHandler = function patient(error: { status?: number }, _req, res, next) {
  if (res.headersSent) next(error);
  else res.sendStatus(error.status ?? 500);
};
const withSession = () => session({ secret: 'x', resave: false, saveUninitialized: true });

/** An app with one fault, the requests that show it, and what is found: the id and the handlers. */
const PLANTED: Record<
  string,
  { fill: Fill; requests: string; found: Record<string, string>; possible?: readonly string[] }
> = {
  'a header that is missing where a limiter ends the request': {
    fill(app) {
      app.use(rateLimit({ limit: 1, windowMs: 60_000 }), helmet({ xPoweredBy: false })).get('/', answer);
    },
    requests: 'GET /\n###\nGET /',
    found: { L101: 'helmetMiddleware ↔ app' },
  },
  'a header that is missing where a parser fails the request': {
    fill(app, copy) {
      app.use(copy.json(), cors()).post('/form', answer);
    },
    requests: `${POST}\n###\n${POST.replace('{"a":1}', '{broken')}`,
    found: { L101: 'corsMiddleware ↔ jsonParser' },
  },
  'a key that is read before it is written': {
    fill(app) {
      app.use(function tenant(req, res, next) {
        res.locals.tenant = (req as unknown as Loose).user;
        next();
      });
      app.use(function signIn(req, _res, next) {
        (req as unknown as Loose).user = { id: 1 };
        next();
      });
      app.get('/', answer);
    },
    requests: 'GET /',
    found: { L102: 'tenant ↔ signIn' },
  },
  'a local that is read before it is written': {
    fill(app) {
      app.use(function policy(_req, res, next) {
        res.set('x-nonce', String(res.locals.nonce));
        next();
      });
      app.use(function nonce(_req, res, next) {
        res.locals.nonce = 'n';
        next();
      });
      app.get('/', answer);
    },
    requests: 'GET /',
    found: { L102: 'policy ↔ nonce' },
  },
  'a header that is written twice': {
    fill(app) {
      app.use(helmet({ xPoweredBy: false }));
      app.get('/', function page(_req, res) {
        res.set('X-Frame-Options', 'DENY').send('ok');
      });
    },
    requests: 'GET /',
    found: { L103: 'GET / ↔ helmetMiddleware' },
  },
  'a limiter within a limiter: several headers of one pair': {
    fill(app) {
      const limits = (limit: number) => rateLimit({ limit, windowMs: 60_000, standardHeaders: 'draft-6' });
      app.use(limits(9)).get('/', limits(5), answer);
    },
    requests: 'GET /',
    found: { L103: 'GET / ↔ app' },
  },
  "a client's error that is answered as the server's": {
    fill(app, copy) {
      app.use(copy.json()).post('/form', answer);
      app.use(function onError(_error, _req, res, _next) {
        res.status(500).send('oops');
      } as ErrorRequestHandler);
    },
    requests: POST.replace('{"a":1}', '{broken'),
    found: { L104: 'jsonParser ↔ onError' },
  },
  'a sanitizer in front of the parser': {
    fill(app, copy) {
      app.use(function sanitizeBody(req, _res, next) {
        const { body } = req as { body?: Record<string, unknown> };
        if (body) delete body.$where;
        next();
      });
      app.use(copy.json()).post('/form', answer);
    },
    requests: POST,
    found: { L105: 'sanitizeBody ↔ jsonParser' },
  },
  'static files behind a session and a limiter': {
    fill(app, copy) {
      app.use(rateLimit({ limit: 9, windowMs: 60_000 }), withSession(), copy.static('lib/page'));
    },
    requests: 'GET /style.css',
    found: { L107: 'serveStatic ↔ session|serveStatic ↔ app' },
  },
  'static files behind a check for forged requests': {
    fill(app, copy) {
      app.use(function csrfProtection(_req, _res, next) {
        next();
      }, copy.static('lib/page'));
    },
    requests: 'GET /style.css',
    found: { L107: 'serveStatic ↔ csrfProtection' },
  },
  'a route that another one shadows, as one, with all its handlers': {
    fill(app) {
      app.get('/users/:id', answer).get('/users/me', pass, answer);
    },
    requests: 'GET /users/me\n###\nGET /users/1',
    found: { L108: 'GET /users/me ↔ GET /users/:id' },
  },
  'a raw body behind a parser': {
    fill(app, copy) {
      app.use(copy.json()).post('/form', copy.raw({ type: '*/*' }), answer);
    },
    requests: POST,
    found: { L109: 'rawParser ↔ jsonParser' },
  },
  'next that is called twice': {
    fill(app) {
      app.use(function twice(_req, _res, next) {
        next();
        next();
      });
      app.get('/', (_req, res) => void setImmediate(() => res.headersSent || res.send('ok')));
    },
    requests: 'GET /',
    found: { L110: 'twice' },
  },
  'next that is called twice, and not what those behind it make of it': {
    fill(app) {
      app.use(function twice(_req, _res, next) {
        next();
        setImmediate(next);
      });
      app.get('/', answer).use(answer).use(patient, patient);
    },
    requests: 'GET /',
    found: { L110: 'twice' },
  },
  'next that is called when the answer is out': {
    fill(app) {
      app.get('/', function late(_req, res, next) {
        res.send('ok');
        next();
      });
      app.use(answer).use(patient);
    },
    requests: 'GET /',
    found: { L111: 'GET /' },
  },
  'next that is called when the answer waits for the session': {
    fill(app) {
      app.use(withSession()).get('/', function late(_req, res, next) {
        res.send('ok');
        next();
      });
      app.use(answer).use(patient);
    },
    requests: 'GET /',
    found: { L111: 'GET /' },
  },
  'a write after the answer': {
    fill(app) {
      app.get('/', function again(_req, res) {
        res.send('ok');
        try {
          res.setHeader('x-late', '1');
        } catch {
          // Node refuses it.
        }
      });
    },
    requests: 'GET /',
    found: { L113: 'GET /' },
  },
  'a second answer, an error to those that only it comes to': {
    fill(app) {
      app.get('/', function again(_req, res) {
        res.send('ok');
        res.send('ok');
      });
      app.get('/broken', () => {
        throw new Error('It is.');
      });
      app.use(patient, function onNothing(_error, _req, res, _next) {
        res.send('oops');
      } as ErrorRequestHandler);
    },
    requests: 'GET /\n###\nGET /broken',
    found: { L113: 'GET /', L114: 'onNothing ↔ patient' },
    possible: ['L114'],
  },
  'an error handler in front of all that could fail': {
    fill(app) {
      app.use(function onError(error, _req, _res, next) {
        next(error);
      } as ErrorRequestHandler);
      app.get('/', answer);
    },
    requests: 'GET /',
    found: { L114: 'onError' },
    possible: ['L114'],
  },
  'two parsers of JSON': {
    fill(app, copy) {
      app.use(copy.json()).post('/form', copy.json({ limit: '1mb' }), answer);
    },
    requests: POST,
    found: { L115: 'jsonParser' },
  },
};

/** Apps without a fault, which a careless look would find one in. */
const SOUND: Record<string, { fill: Fill; requests: string }> = {
  'guards who let only some through': {
    fill(app) {
      app.use('/area', function guard(req, res, next) {
        if (req.url === '/open') next();
        else res.sendStatus(401);
      });
      app.get('/area/open', answer).get('/area/shut', answer);
    },
    requests: 'GET /area/open\n###\nGET /area/shut',
  },
  'error handlers behind one that lets the request go on': {
    fill(app) {
      app.get('/', () => {
        throw new Error('It is.');
      });
      const forgive: ErrorRequestHandler = (_error, _req, _res, next) => next();
      app.use(forgive, patient, answer);
    },
    requests: 'GET /',
  },
  'parsers of several kinds, a session, a user, and pages': {
    fill(app, copy) {
      app.use(helmet({ xPoweredBy: false }), cors(), copy.static('lib/page'));
      app.use(copy.json(), copy.urlencoded({ extended: false }), withSession());
      app.use((req, _res, next) => {
        (req as unknown as Loose).user = {};
        next();
      });
      app.get(
        '/',
        (req, res) => void res.set('Cache-Control', 'no-store').json((req as unknown as Loose).user),
      );
      app.post('/form', (req, res) => void res.json((req as unknown as Loose).body));
      app.use((_req, res) => void res.sendStatus(404));
      app.use(((error: { status?: number }, _req, res, _next) => {
        res.sendStatus(error.status ?? 500);
      }) as ErrorRequestHandler);
    },
    requests: [
      'GET /',
      'GET /style.css',
      'GET /none',
      POST,
      POST.replace('{"a":1}', '{broken'),
      'OPTIONS /form\nOrigin: http://a.example\nAccess-Control-Request-Method: POST',
      'POST /form\nContent-Type: application/x-www-form-urlencoded\n\na=1',
    ].join('\n###\n'),
  },
  'a session in front of a cookie parser, and a route to sign in by': {
    fill(app, copy) {
      app.use(withSession(), cookieParser());
      app.use(function currentUser(req, res, next) {
        res.locals.user = (req as unknown as Loose).user;
        next();
      });
      app.post(
        '/form',
        function authenticate(req, _res, next) {
          (req as unknown as Loose).user = {};
          next();
        },
        copy.json(),
        answer,
      );
    },
    requests: POST,
  },
  'a copy of the query for oneself': {
    fill(app) {
      app.get('/', function list({ query }, res) {
        query.page ??= '1';
        res.json(query);
      });
    },
    requests: 'GET /?size=2',
  },
  'routers with layers of their own, and a guard': {
    fill(app, copy) {
      const [users, admin] = [copy.Router(), copy.Router()];
      users.use((_req, res, next) => {
        res.set('x-users', '1');
        next();
      });
      users.get('/me', answer).get('/:id', answer);
      admin.use((req, res, next) => (req.query.key === 'x' ? next() : void res.sendStatus(401)), pass);
      admin.get('/', answer);
      app.use('/users', users).use('/admin', admin);
    },
    requests: 'GET /users/me\n###\nGET /users/1\n###\nGET /admin\n###\nGET /admin?key=x',
  },
};

async function reportOn(name: ExpressName, fill: Fill, requests: string): Promise<LearnReport> {
  const copy = watchedExpress(name);
  const app = copy();
  app.set('env', 'test');
  fill(app, copy, name);
  return learn(app).during(() => sendRequests(app as RequestListener, readRequests('a.http', requests)));
}

for (const name of EXPRESSES) {
  describe(`What is found in an app of ${name}`, () => {
    for (const [fault, { fill, requests, found, possible = [] }] of Object.entries(PLANTED)) {
      it(`is ${fault}`, async () => {
        const { findings } = await reportOn(name, fill, requests);
        const actual: Record<string, string> = {};
        for (const { id, middlewares } of findings) {
          const pair = middlewares.map((one) => one.replace(/^test\/.*:\d+$/, 'app')).join(' ↔ ');
          actual[id] = actual[id] === undefined ? pair : `${actual[id]}|${pair}`;
        }
        assert.deepEqual(actual, found);
        assert.ok(findings.every(({ id, seen }) => seen !== possible.includes(id)));
        assert.ok(
          findings.every(({ places }) =>
            places.every(({ at }) => /^test\/learn\/findings\.test\.ts:\d+$/.test(at)),
          ),
        );
        assert.ok(findings.every(({ requests: shown, seen }) => shown.length > 0 === seen));
      });
    }

    for (const [app, { fill, requests }] of Object.entries(SOUND)) {
      it(`is nothing where there are ${app}`, async () => {
        assert.deepEqual((await reportOn(name, fill, requests)).findings, []);
      });
    }

    for (const [how, write] of [
      ['a write to req.query', (req: Request) => Reflect.set(req, 'query', {})],
      ['a write into req.query', ({ query }: Request) => (query.page = '1')],
      ['a key taken out of req.query', ({ query }: Request) => delete query.size],
    ] as const) {
      it(`is ${name === 'express' ? '' : 'not '}${how}`, async () => {
        const { findings } = await reportOn(
          name,
          (app) => {
            app.use(function filters(req, _res, next) {
              write(req);
              next();
            });
            app.get('/', answer);
          },
          'GET /?size=2',
        );
        const expected = name === 'express' ? [['L106', 'req.query']] : [];
        assert.deepEqual(
          findings.map(({ id, key }) => [id, key]),
          expected,
        );
      });
    }

    it('is a request that nobody answers', async () => {
      const copy = watchedExpress(name);
      const app = copy();
      app.use(pass, function silent() {
        // Neither next nor an answer.
      });
      const { findings } = await learn(app).during(async () => {
        const server = createServer(app as RequestListener);
        await new Promise<void>((resolve) => server.listen(0, resolve));
        const { port } = server.address() as { port: number };
        const gone = fetch(`http://localhost:${port}/`).catch(() => undefined);
        await new Promise((resolve) => server.once('request', resolve));
        server.closeAllConnections();
        await gone;
        server.close();
      });
      assert.deepEqual(
        findings.map(({ id, middlewares }) => [id, middlewares]),
        [['L112', ['silent']]],
      );
    });
  });
}

import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import flash from 'connect-flash';
import cookieParser from 'cookie-parser';
import cors from 'cors';
import type express from 'express';
import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import passport from 'passport';
import { proposeStack } from '../../../lib/learn/propose/propose-stack.ts';
import { readRequests } from '../../../lib/learn/requests-file.ts';
import { sendRequests } from '../../../lib/learn/send-requests.ts';
import { Recorder, setActiveRecorder } from '../../../lib/learn/watch/recorder.ts';
import { EXPRESSES, type ExpressName, watchedExpress } from '../fresh-express.ts';

type Fill = (app: Express, copy: typeof express) => void;
type Loose = Omit<Request, 'user'> & Record<string, unknown>;

const pass: RequestHandler = (_req, _res, next) => next();
const answer: RequestHandler = (_req, res) => void res.send('ok');
const withSession = () => session({ secret: 'x', resave: false, saveUninitialized: true });

function signIn(req: Request, _res: unknown, next: () => void): void {
  (req as unknown as Loose).user = { id: 1 };
  next();
}

function tenant(req: Request, res: express.Response, next: () => void): void {
  res.locals.tenant = (req as unknown as Loose).user;
  next();
}

/** What is proposed for several apps, of which the requests are sent to each. */
async function proposalFor(
  name: ExpressName,
  fills: readonly Fill[],
  requests: string,
  order = false,
): Promise<string> {
  const copy = watchedExpress(name);
  const recorder = new Recorder({ namesPackages: true });
  const before = setActiveRecorder(recorder);
  try {
    for (const fill of fills) {
      const app = copy();
      app.set('env', 'test');
      fill(app, copy);
      await sendRequests(app as RequestListener, readRequests('a.http', requests));
    }
  } finally {
    setActiveRecorder(before);
  }
  return proposeStack(recorder.learned(), { dialect: 'typescript', order })?.text ?? '';
}

/** The layers of a proposal, without the places and the counts. */
function layersIn(text: string): string {
  return text
    .replaceAll(/ *\/\/ \S+:\d+, .*\n/g, '')
    .replaceAll(/ \/\/ in .*/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/,(?= [\])}])/g, '');
}

for (const name of EXPRESSES) {
  describe(`A stack for an app of ${name}`, () => {
    it('has the ready declarations of packages, in the present order', async () => {
      const text = await proposalFor(
        name,
        [
          (app, copy) => {
            app.use(morgan('tiny', { skip: () => true }), helmet(), rateLimit(), cors());
            app.use(
              copy.static('lib/page'),
              copy.json(),
              copy.urlencoded({ extended: false }),
              copy.text(),
              copy.raw(),
            );
            app.use(cookieParser(), withSession(), passport.initialize(), passport.session(), flash());
            app.use('/in', passport.authenticate('none'));
          },
        ],
        'GET /none',
      );
      const declared = [...text.matchAll(/wrap\(app\.\w+, (?:declarations\.|\{ \.\.\.declarations\.)(\w+)/g)];
      assert.deepEqual(
        declared.map(([, ready]) => ready),
        [
          ...['morgan', 'helmet', 'expressRateLimit', 'cors'],
          ...['expressStatic', 'expressJson', 'expressUrlencoded', 'expressText', 'expressRaw'],
          ...['cookieParser', 'expressSession', 'passportInitialize', 'passportSession', 'connectFlash'],
          'passportAuthenticate',
        ],
      );
    });

    it('takes no handler of the app for that of a package which has its name', async () => {
      const text = await proposalFor(
        name,
        [
          (app) =>
            app.use(function session(_req, _res, next) {
              next();
            }, pass),
        ],
        'GET /',
      );
      assert.match(text, /wrap\(app\.session, \{ name: 'session' \}\)/);
    });

    it('declares what was seen, and how often', async () => {
      const text = await proposalFor(
        name,
        [
          (app) => {
            app.use(signIn, tenant);
            app.use('/limit', function quota(req, res, next) {
              res.set('x-quota', '1');
              if (req.url === '/over') res.sendStatus(429);
              else next(req.url === '/bad' ? Object.assign(new Error('bad'), { status: 400 }) : undefined);
            });
          },
        ],
        'GET /\n###\nGET /limit/over\n###\nGET /limit/bad\n###\nGET /limit/under',
      );
      assert.match(text, /'req.user', \/\/ in 4 of 4 requests/);
      assert.match(text, /'x-quota', \/\/ in 1 of 3 requests/);
      assert.match(
        layersIn(text),
        /wrap\(app\.signIn, \{ name: 'signIn', writes: \[ 'req\.user' \] \}\), wrap\(app\.tenant, \{ name: 'tenant', reads: \[ 'req\.user' \], writes: \[ 'res\.locals\.tenant' \] \}\), wrap\(app\.quota, \{ name: 'quota', mount: '\/limit', headers: \[ 'x-quota' \], ends: \[ 429 \], fails: \[ 400 \] \}\)/,
      );
    });

    it('declares nothing of what follows from an answer that was out', async () => {
      const early: RequestHandler = (_req, res, next) => {
        res.send('ok');
        next();
      };
      const notFound: RequestHandler = (_req, res) => void res.status(404).send('none');
      const text = await proposalFor(name, [(app) => app.use(early, notFound)], 'GET /');
      assert.match(layersIn(text), /wrap\(app\.early, \{ name: 'early', ends: \[ 200 \] \}\)/);
      assert.match(layersIn(text), /wrap\(app\.notFound, \{ name: 'notFound' \}\)/);
    });

    it('makes a read optional unless the key was there in every request', async () => {
      const maybe: RequestHandler = (req, res, next) => {
        if (req.path === '/in') signIn(req, res, next);
        else next();
      };
      const text = await proposalFor(name, [(app) => app.use(maybe, tenant)], 'GET /in\n###\nGET /out');
      assert.match(text, /'req\.user\?', \/\/ in 2 of 2 requests, there in 1/);
    });

    it('keeps the present order, and says what asks for another one', async () => {
      const fill: Fill = (app) => app.use(tenant, signIn);
      const text = await proposalFor(name, [fill], 'GET /');
      assert.match(
        text,
        /\/\/ Reads req\.user, which signIn writes behind it\.\n +wrap\(app\.tenant, \{\n +name/,
      );
      assert.ok(text.indexOf('wrap(app.tenant') < text.indexOf('wrap(app.signIn'));
    });

    it('has the order of the keys and the findings where it is asked for', async () => {
      const fill: Fill = (app) => app.use(tenant, rateLimit({ limit: 1 }), cors(), signIn);
      const text = await proposalFor(name, [fill], 'GET /\n###\nGET /', true);
      assert.deepEqual(
        [...text.matchAll(/wrap\(app\.(\w+)/g)].map(([, one]) => one),
        ['cors', 'expressRateLimit', 'signIn', 'tenant'],
      );
      assert.match(text, /declarations\.cors, before: \['express-rate-limit'\]/);
      assert.match(text, /'req\.user\?'/);
    });

    it('leaves routes, patterns and error handlers where they are', async () => {
      const text = await proposalFor(
        name,
        [
          (app, copy) => {
            const onError: ErrorRequestHandler = (_error, _req, _res, next) => next();
            app.use(signIn, onError, pass);
            app.get('/health', answer);
            app.use(tenant, copy.Router().get('/me', answer));
            app.use(/^\/pattern/, pass).use(onError);
            app.use(['/a', '/b'], pass).use('/c', copy().get('/', answer));
          },
        ],
        'GET /me\n###\nGET /none',
      );
      assert.deepEqual(
        [...text.matchAll(/export function (\w+)|wrap\(app\.(\w+)/g)].map(([, stack, one]) => stack ?? one),
        ['stack1', 'signIn', 'onError', 'pass', 'stack2', 'tenant', 'router', 'stack3', 'pass', 'cApp'],
      );
      assert.deepEqual(
        [...text.matchAll(/^ \* {3}\S+:\d+ (.*)$/gm)].map(([, left]) => left),
        [
          'GET /health: a route',
          'pass: it is mounted on a pattern',
          'onError: a stack gets no errors of what stands in front of it',
        ],
      );
      assert.match(text, /mount: \['\/a', '\/b'\]/);
      assert.match(text, /\{ given: \['req\.user'\] \}/);
    });

    it('names many routes in a row in one line', async () => {
      const fill: Fill = (app) => {
        app.use(signIn, tenant);
        for (let index = 0; index < 7; index++) app.get(`/${index}`, answer);
        app.use(pass);
      };
      const text = await proposalFor(name, [fill], 'GET /1');
      assert.deepEqual(
        [...text.matchAll(/^ \* {3}\S+:\d+(?: to \S+:\d+: |\s)(.*)$/gm)].map(([, left]) => left),
        ['7 routes', 'pass: it stands alone: there is nothing to put in order'],
      );
    });

    it('has what is registered at times only behind a condition', async () => {
      const fill =
        (isWhole: boolean): Fill =>
        (app) => {
          app.use(pass);
          if (isWhole) app.use(signIn);
          app.use(tenant);
        };
      const text = await proposalFor(name, [fill(true), fill(false)], 'GET /');
      assert.match(text, /readonly signIn\?: Handler \| false;/);
      assert.match(text, /app\.signIn && wrap\(app\.signIn, \{/);
      assert.match(text, /'req\.user\?', \/\/ in 2 of 2 requests, there in 1/);
    });

    it('is that of the app with most requests', async () => {
      const text = await proposalFor(
        name,
        [(app) => app.use(pass, pass), (app) => app.use(signIn, tenant), (app) => app.use(signIn, tenant)],
        'GET /',
      );
      assert.match(text, /wrap\(app\.tenant/);
      assert.match(text, /Another app, of 2 members from \S+ on, got 1 requests\./);
    });
  });
}

describe('A stack for nothing', () => {
  it('is none', () => {
    assert.equal(
      proposeStack({ apps: [], traces: [], notes: [] }, { dialect: 'module', order: false }),
      undefined,
    );
  });
});

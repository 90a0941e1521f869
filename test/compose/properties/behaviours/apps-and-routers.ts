/** Apps, routers and files that stand where a handler may. */
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import { FILE } from './plain-handlers.ts';
import { type Behaviour, see, seen, seenError } from './witness.ts';

const root = import.meta.dirname;

/** An app of its own, whose handlers are seen under the mark of the app. */
function app(configure: (app: Express, mark: string) => void, isBehindProxy = false): Behaviour {
  return (mark) => {
    const made = express();
    made.locals.name = `app ${mark}`;
    if (isBehindProxy) made.set('trust proxy', true);
    configure(made, mark);
    return made;
  };
}

function router(configure: (router: Router, mark: string) => void): Behaviour {
  return (mark) => {
    const made = Router({ mergeParams: true });
    configure(made, mark);
    return made;
  };
}

const goOn = seen((_req, _res, next) => next());
const fail = seen(() => {
  throw new Error('thrown within');
});
const sendWithin = seen((req, res) => void res.json([req.params, req.url, req.baseUrl]));

const handleWithin = seenError((_error, _req, res, _next) => void res.status(503).send('handled within'));
const recoverWithin = seenError((_error, _req, _res, next) => next());

const apps: Readonly<Record<string, Behaviour>> = {
  'is an app without handlers': app(() => undefined),
  'is an app that passes': app((made, mark) => made.use(goOn(mark))),
  'is an app behind a proxy that passes': app((made, mark) => made.use(goOn(mark)), true),
  'is an app that passes later': app((made, mark) =>
    made.use(seen((_req, _res, next) => void setImmediate(next))(mark)),
  ),
  'is an app that answers': app((made, mark) => made.get(`/${FILE}`, sendWithin(mark)), true),
  'is an app that has another path': app((made, mark) => made.use('/nowhere', sendWithin(mark))),
  'is an app that fails': app((made, mark) => made.use(fail(mark)), true),
  'is an app that handles its errors': app((made, mark) => made.use(fail(mark), handleWithin(`${mark}b`))),
  'is an app that recovers': app((made, mark) => made.use(fail(mark), recoverWithin(`${mark}b`)), true),
  "is an app that leaves by next('router')": app((made, mark) =>
    made.use(seen((_req, _res, next) => next('router'))(mark), sendWithin(`${mark}b`)),
  ),
  'is an app that sends a missing file': app((made, mark) =>
    made.use(seen((_req, res) => res.sendFile('nowhere.txt', { root }))(mark)),
  ),
  'is an app that renders a view by an inherited engine': app((made, mark) =>
    made.set('views', root).use(seen((_req, res) => res.render(FILE))(mark)),
  ),
  'is an app in an app': app(
    (made, mark) => made.use(app((inner) => inner.use(goOn(`${mark}b`)))(mark)),
    true,
  ),
};

const routers: Readonly<Record<string, Behaviour>> = {
  'is a router that passes': router((made, mark) => made.use(goOn(mark))),
  'is a router that answers': router((made, mark) => made.get('/:file', sendWithin(mark))),
  'is a router that answers POST': router((made, mark) => made.post('/:file', sendWithin(mark))),
  'is a router that passes below a path': router((made, mark) =>
    made.use('/:file', goOn(mark), goOn(`${mark}b`)),
  ),
  "is a router whose route leaves by next('route')": router((made, mark) =>
    made
      .get('/:file', seen((_req, _res, next) => next('route'))(mark), sendWithin(`${mark}b`))
      .get('/:other', goOn(`${mark}c`)),
  ),
  "is a router that leaves by next('router')": router((made, mark) =>
    made.use(seen((_req, _res, next) => next('router'))(mark), sendWithin(`${mark}b`)),
  ),
  'is a router that leaves by req.next': router((made, mark) =>
    made.use(seen((req) => req.next!())(mark), goOn(`${mark}b`)),
  ),
  'is a router that fails': router((made, mark) => made.use(fail(mark))),
  'is a router that recovers': router((made, mark) => made.use(fail(mark), recoverWithin(`${mark}b`))),
  'is a router with a parameter that fails': router((made, mark) =>
    made
      .param('file', (req, _res, next) => {
        see(mark, req);
        next(new Error('no such parameter'));
      })
      .get('/:file', sendWithin(`${mark}b`)),
  ),
  'is a router that rewrites req.url': router((made, mark) =>
    made.use(
      '/:file',
      seen((req, _res, next) => {
        req.url = '/within';
        next();
      })(mark),
    ),
  ),
};

const files: Readonly<Record<string, Behaviour>> = {
  'is express.static that has the file': () => express.static(root),
  'is express.static that has not': () => express.static(`${root}/nowhere`),
  'is express.static that insists': () => express.static(`${root}/nowhere`, { fallthrough: false }),
};

export const appsAndRouters: Readonly<Record<string, Behaviour>> = { ...apps, ...routers, ...files };

/** What `app.use` makes of a handler in this app: another app it mounts, by a handler of its own. */
export function asUsedIn(
  parent: Express,
  handler: RequestHandler | ErrorRequestHandler,
): RequestHandler | ErrorRequestHandler {
  if (!('set' in handler)) return handler;
  parent.use(handler as RequestHandler);
  return parent.router.stack.pop()!.handle as RequestHandler;
}

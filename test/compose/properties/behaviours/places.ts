/** Where a chain of handlers may stand in an app, put there as one stack or one by one. */
import type { RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express';
import { compose } from '../../../../lib/compose.ts';
import { asUsedIn } from './apps-and-routers.ts';
import { FILE } from './plain-handlers.ts';
import { messageOf, seen, seenError, watch } from './witness.ts';

type Chain = readonly (RequestHandler | ErrorRequestHandler)[];

export interface Place {
  /** What is asked for, so that the request comes to the chain. */
  readonly target: string;
  /** Puts the handlers there that `handlersFor` gives for the app that they stand in. */
  readonly put: (host: Host, handlersFor: (app: Express) => RequestHandler[]) => void;
  readonly isBehindProxy?: true;
  /** What stands around the chain in the layer of another stack, if it stands in one. */
  readonly around?: (handlers: Chain) => Chain;
}

const goOn = seen((_req, _res, next) => next());
/** Before a stack, since an error passes a stack by, and not the error handlers that stand one by one. */
const recover = seenError((_error, _req, _res, next) => next());

const inApp: Place = {
  target: `/${FILE}?q=1`,
  put: ({ app }, handlersFor) => app.use(handlersFor(app)),
};

const inRoute: Place = {
  target: `/${FILE}`,
  put: ({ app }, handlersFor) => {
    app.get('/:name', handlersFor(app), goOn('behind it in the route'));
    app.all('/:name', goOn('the next route'));
  },
};

export const places: Readonly<Record<string, Place>> = {
  'used in an app': inApp,
  'used in an app, twice over,': {
    ...inApp,
    put: ({ app }, handlersFor) => {
      const handlers = handlersFor(app);
      app.use(handlers, recover('in between'), goOn('in between'), handlers);
    },
  },
  'in a route': inRoute,
  'in a route, and behind it,': {
    ...inRoute,
    put: ({ app }, handlersFor) => {
      const handlers = handlersFor(app);
      app.get('/:name', handlers, goOn('behind it in the route'));
      app.use(recover('behind the route'), handlers);
    },
  },
  'in a router below a path': {
    target: `/acme/${FILE}`,
    put: ({ app }, handlersFor) => {
      const router = Router({ mergeParams: true });
      app.use('/:tenant', router.use(handlersFor(app), goOn('behind it in the router')));
    },
    isBehindProxy: true,
  },
  'in a mounted app': {
    target: `/mounted/${FILE}`,
    put: ({ app, mounted }, handlersFor) => {
      app.use('/mounted', mounted);
      mounted.use(handlersFor(mounted), goOn('behind it in the mounted app'));
    },
  },
  "in another stack's layer": { ...inApp, around: between },
  "in another stack's layer, in a route,": { ...inRoute, around: between },
  "in a route of a router in another stack's layer": {
    ...inApp,
    around: (handlers) => {
      const router = Router({ mergeParams: true });
      router.get('/:name', handlers as RequestHandler[], goOn('behind it in the route'));
      return between([router.all('/:name', goOn('the next route'))]);
    },
  },
};

function between(handlers: Chain): Chain {
  return [goOn('before'), ...handlers, goOn('after')];
}

/** The app in which chains stand, one after the other: making an app for each would be dear. */
export class Host {
  readonly app = named('app');
  readonly mounted = named('mounted');
  /** What happened on the last request. */
  trace: string[] = [];
  readonly #place: Place;

  readonly listener: RequestListener = (req, res) => {
    this.trace = watch(req);
    this.app(req, res);
  };

  constructor(place: Place) {
    this.#place = place;
    this.app.set('greeting', 'hello').set('views', import.meta.dirname);
    if (place.isBehindProxy) this.app.set('trust proxy', 1);
    this.app.engine('ts', (path, _options, done) => {
      setImmediate(() => (path.endsWith(FILE) ? done(null, 'rendered') : done(new Error('not rendered'))));
    });
    Object.assign(this.app.request, { greet: () => 'hello, by a method' });
  }

  /** Puts the chain there as one stack. */
  compose(chain: Chain): void {
    const { around } = this.#place;
    const [first, ...others] = chain;
    const stack = around
      ? compose({ only: around([compose({ only: chain }) as RequestHandler]) })
      : compose({ lower: others, upper: first === undefined ? [] : [first] });
    this.#fill(() => [stack as RequestHandler]);
  }

  /** Puts the handlers of the chain there one by one. */
  useEach(chain: Chain): void {
    const { around = (handlers: Chain) => handlers } = this.#place;
    this.#fill((app) => around(chain.map((handler) => asUsedIn(app, handler))) as RequestHandler[]);
  }

  /** Behind the chain there are handlers that tell how far the request has come, and with which `req.next`. */
  #fill(handlersFor: (app: Express) => RequestHandler[]): void {
    const { app } = this;
    for (const { router } of [app, this.mounted]) router.stack.length = 0;
    this.#place.put(this, handlersFor);
    app.use(seen((req) => req.next!())('behind'));
    app.use(seen((_req, res) => void res.send('behind'))('last'));
    app.use(seenError((error, _req, res, _next) => void res.status(418).send(messageOf(error)))('behind'));
  }
}

function named(name: string): Express {
  const app = express();
  app.locals.name = name;
  return app;
}

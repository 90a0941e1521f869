/** Ten middlewares that do nothing but call `next`, composed in every way; on requests that are no more than objects. */
import connect from 'connect';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import koaCompose from 'koa-compose';
import { compose, type ComposeOptions, defineMiddleware } from '../../lib/compose.ts';
import type { Contenders } from '../apart.ts';
import type { Work } from '../rounds.ts';
import { handGuarded, handNested } from './by-hand.ts';
import { EXPRESS, noOps } from './no-ops.ts';

const handlers = (): RequestHandler[] => noOps<RequestHandler>(EXPRESS);

/** A stack of the ten. */
export function stackOfTen(options: ComposeOptions = {}): RequestHandler {
  const members = handlers().map((handle, index) =>
    defineMiddleware({ name: `middleware-${index}`, handle }),
  );
  return compose({ only: members }, options);
}

/** The same, and each of the ten declares keys of the request itself. */
function stackOfTenWithRequestKeys(): RequestHandler {
  const members = handlers().map((handle, index) =>
    defineMiddleware({
      name: `middleware-${index}`,
      reads: ['req.user', 'req.session?', 'res.locals.nonce'],
      updates: ['req.body'],
      handle,
    }),
  );
  return compose({ only: members }, { given: ['req.user', 'res.locals.nonce'] }) as RequestHandler;
}

const contenders: Contenders = {
  'hand-nested': () => alone(handNested(handlers())),
  'hand-guarded': () => alone(handGuarded(handlers())),
  compose: () => alone(stackOfTen()),
  'compose, keys of the request': () => alone(stackOfTenWithRequestKeys()),
  'compose, all timed': () => alone(stackOfTen({ timing: 'all' })),
  'koa-compose': () => koa('async (ctx, next) => { await next(); }'),
  'koa-compose, bare': () => koa('(ctx, next) => { return next(); }'),
  "Hono's compose": () => hono(),
  connect: () => alone(connectApp()),
  'ten router.use': () => alone(routerWith(handlers())),
  'compose in a router': () => alone(routerWith([stackOfTen()])),
  'hand-guarded in a router': () => alone(routerWith([handGuarded(handlers())])),
  'one router.use': () => alone(routerWith(handlers().slice(0, 1))),
};
export default contenders;

/** The handler, called on a fresh request each time. */
function alone(handler: RequestHandler): Work {
  const response = { writableEnded: false } as Response;
  const done = (): void => undefined;
  let requests: Request[] = [];
  return {
    prepare(times) {
      requests = Array.from({ length: times }, () => ({ method: 'GET', url: '/', headers: {} }) as Request);
    },
    run() {
      for (const request of requests) void handler(request, response, done);
    },
  };
}

/** Behind the handlers there is one more, which takes the request. */
function routerWith(members: readonly RequestHandler[]): RequestHandler {
  const router = Router();
  for (const member of members) router.use(member);
  return router.use((_req, _res, _next) => undefined);
}

function connectApp(): RequestHandler {
  const app = connect();
  for (const handler of handlers()) app.use(handler as unknown as connect.NextHandleFunction);
  app.use((_req, _res, _next) => undefined);
  return app;
}

/** Koa's middleware is `async` in practice; to return `next()` bare is the least that one can write. */
function koa(text: string): Work {
  const composed = koaCompose(noOps<koaCompose.Middleware<object>>(text));
  return {
    async run(times) {
      for (let time = 0; time < times; time++) await composed({});
    },
  };
}

/** Hono keeps its compose to itself, so it is taken from its file. */
async function hono(): Promise<Work> {
  const file = new URL('compose.js', import.meta.resolve('hono')).href;
  const { compose: honoCompose } = (await import(file)) as {
    compose: (handlers: unknown[]) => (context: object) => Promise<unknown>;
  };
  const members = noOps('async (c, next) => { await next(); }');
  const composed = honoCompose(members.map((handler) => [[handler, {}], {}]));
  return {
    async run(times) {
      for (let time = 0; time < times; time++) await composed({ req: {}, finalized: true });
    },
  };
}

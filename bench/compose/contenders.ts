/** Ten middlewares that do nothing but call `next`, composed in every way. */
import connect from 'connect';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Router } from 'express';
import koaCompose from 'koa-compose';
import { compose, defineMiddleware, type ComposeOptions, type Stack } from '../../lib/compose.ts';
import type { Contender } from '../rounds.ts';

export const COUNT = 10;

/** A middleware of its own text, as no two real ones share theirs: V8 keeps what it learns by source text. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what it writes
function middleware<T>(parameters: string, body: string, index: number): T {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- distinct sources
  return new Function(`return ${parameters} => { /* ${index} */ ${body} }`)() as T;
}

const each = <T>(make: (index: number) => T): T[] => Array.from({ length: COUNT }, (_, index) => make(index));

const expressHandlers = (): RequestHandler[] =>
  each((index) => middleware('(req, res, next)', 'next();', index));

function request(): Request {
  return { method: 'GET', url: '/', headers: {} } as Request;
}

const response = { writableEnded: false } as Response;
const done = (): void => undefined;

/** The handler, called on a fresh request each time. */
function alone(name: string, handler: RequestHandler): Contender {
  return {
    name,
    run(times) {
      for (let time = 0; time < times; time++) void handler(request(), response, done);
    },
  };
}

/** The same in a router, with one more handler behind it that takes the request. */
function mounted(name: string, handlers: readonly RequestHandler[]): Contender {
  const router = Router();
  for (const handler of handlers) router.use(handler);
  router.use((_req, _res, _next) => undefined);
  return alone(name, router);
}

function stackOf(options: ComposeOptions): Stack {
  const members = each((index) =>
    defineMiddleware({
      name: `middleware-${index}`,
      handle: middleware<RequestHandler>('(req, res, next)', 'next();', index),
    }),
  );
  return compose({ only: members }, options);
}

function handNested(): RequestHandler {
  return expressHandlers().reduceRight<RequestHandler>(
    (inner, handler) => (req, res, next) => handler(req, res, () => void inner(req, res, next)),
    (_req, _res, next) => {
      next();
    },
  );
}

/** What one writes by hand: `next` once, throws and rejections forwarded. */
function handGuarded(): RequestHandler {
  const handlers = expressHandlers();
  const run = (index: number, req: Request, res: Response, out: NextFunction): void => {
    const handler = handlers[index];
    if (handler === undefined) {
      out();
      return;
    }
    let called = false;
    const next = (error?: unknown): void => {
      if (called) return;
      called = true;
      if (error) out(error);
      else run(index + 1, req, res, out);
    };
    try {
      const result: unknown = handler(req, res, next);
      if (result instanceof Promise) result.then(undefined, next);
    } catch (error) {
      next(error);
    }
  };
  return (req, res, out) => run(0, req, res, out);
}

function connectApp(): Contender {
  const app = connect();
  for (const handler of expressHandlers()) app.use(handler as unknown as connect.NextHandleFunction);
  app.use((_req, _res, _next) => undefined);
  return alone('connect', app);
}

/** Koa's middlewares are `async` in practice; those that only return `next()` are the least that one can write. */
function koa(name: string, parameters: string, body: string): Contender {
  const composed = koaCompose(
    each((index) => middleware<koaCompose.Middleware<object>>(parameters, body, index)),
  );
  return {
    name,
    async run(times) {
      for (let time = 0; time < times; time++) await composed({});
    },
  };
}

/** Hono keeps its compose to itself, so it is taken from its file. */
async function hono(): Promise<Contender> {
  const { compose: honoCompose } = (await import(
    new URL('compose.js', import.meta.resolve('hono')).href
  )) as { compose: (handlers: unknown[]) => (context: object) => Promise<unknown> };
  const handlers = each((index) =>
    middleware<() => Promise<void>>('async (c, next)', 'await next();', index),
  );
  const composed = honoCompose(handlers.map((handler) => [[handler, {}], {}]));
  return {
    name: "Hono's compose",
    async run(times) {
      for (let time = 0; time < times; time++) await composed({ req: {}, finalized: true });
    },
  };
}

export async function contenders(): Promise<readonly Contender[]> {
  return [
    alone('hand-nested', handNested()),
    alone('hand-guarded', handGuarded()),
    alone('compose, tracking off', stackOf({ tracking: false })),
    alone('compose', stackOf({})),
    alone('compose, timing all', stackOf({ timing: 'all' })),
    mounted('compose in a router', [stackOf({})]),
    mounted('ten router.use', expressHandlers()),
    connectApp(),
    koa('koa-compose', 'async (ctx, next)', 'await next();'),
    koa('koa-compose, bare', '(ctx, next)', 'return next();'),
    await hono(),
  ];
}

import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel, type TracingChannelSubscribers } from 'node:diagnostics_channel';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import fc from 'fast-check';
import request from 'supertest';
import { compose, type MiddlewareTrace, TRACING_CHANNEL } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

const ours = tracingChannel<unknown, MiddlewareTrace>(TRACING_CHANNEL);

/** What Express and we both publish. */
type Trace = Pick<
  MiddlewareTrace,
  'handler' | 'layer' | 'route' | 'error' | 'incomingError' | 'errorHandler' | 'result'
>;

const EVENTS = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const;

/** Collects what is published on a channel while `use` takes its time. */
async function listening(
  channel: typeof ours,
  listener: (event: (typeof EVENTS)[number], trace: MiddlewareTrace) => void,
  use: () => Promise<unknown>,
): Promise<void> {
  const subscribers = Object.fromEntries(
    EVENTS.map((event) => [event, (trace: object) => listener(event, trace as MiddlewareTrace)]),
  ) as unknown as TracingChannelSubscribers<MiddlewareTrace>;
  channel.subscribe(subscribers);
  try {
    await use();
  } finally {
    channel.unsubscribe(subscribers);
  }
}

/** What a handler does at last; before that it may wait, and so return a promise. */
const ENDS = [
  'next',
  'next',
  'next later',
  'next with an error',
  'next with the shared error',
  'next with what it was given',
  'next route',
  'next router',
  'throw',
  'throw the shared error',
  'throw route',
] as const;

interface Script {
  readonly handlesErrors: boolean;
  readonly isAsync: boolean;
  readonly waits: boolean;
  readonly end: (typeof ENDS)[number];
}

const scripts: fc.Arbitrary<readonly Script[]> = fc.array(
  fc.record<Script>({
    handlesErrors: fc.boolean(),
    isAsync: fc.boolean(),
    waits: fc.boolean(),
    end: fc.constantFrom(...ENDS),
  }),
  { maxLength: 8, size: 'max' },
);

/** Seldom found: the error is dealt with by something else that is thrown, and arises anew. */
const DEALT_WITH_BY_A_THROW: readonly Script[] = [
  { handlesErrors: false, isAsync: false, waits: false, end: 'throw the shared error' },
  { handlesErrors: true, isAsync: false, waits: false, end: 'throw route' },
  { handlesErrors: false, isAsync: false, waits: false, end: 'next with the shared error' },
];

function handlersOf(all: readonly Script[]): (RequestHandler | ErrorRequestHandler)[] {
  const shared = new Error('shared');
  return all.map(({ handlesErrors, isAsync, waits, end }, index) => {
    const act = (next: (signal?: unknown) => void, given: unknown): unknown => {
      if (end === 'next') next();
      else if (end === 'next later') setImmediate(next);
      else if (end === 'next with an error') next(new Error(`of ${index}`));
      else if (end === 'next with the shared error') next(shared);
      else if (end === 'next with what it was given') next(given);
      else if (end === 'next route') next('route');
      else if (end === 'next router') next('router');
      else if (end === 'throw') throw new Error(`thrown by ${index}`);
      else if (end === 'throw the shared error') throw shared;
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a signal, however it comes
      else throw 'route';
      return `result of ${index}`;
    };
    const take = isAsync
      ? async (next: (signal?: unknown) => void, given: unknown) => {
          if (waits) await Promise.resolve();
          return act(next, given);
        }
      : act;
    const handler = handlesErrors
      ? (((error, _req, _res, next) => take(next, error)) satisfies ErrorRequestHandler)
      : (((_req, _res, next) => take(next, undefined)) satisfies RequestHandler);
    return Object.defineProperty(handler, 'name', { value: `handler ${index}` });
  });
}

/** Answers whatever is left, after all that goes on meanwhile. */
function appWith(mount: (app: Express) => void): Express {
  const app = express();
  mount(app);
  app.use((_req, res) => void setTimeout(() => res.send('behind'), 2));
  app.use(
    ((_error, _req, res, _next) => void setTimeout(() => res.send('failed'), 2)) as ErrorRequestHandler,
  );
  return app;
}

/** One line for each event about one of the handlers. */
function lineOf(event: string, trace: Trace): string {
  const { layer, route, error, incomingError, errorHandler } = trace;
  const facts = {
    route,
    ...('error' in trace && { error: String(error) }),
    ...('result' in trace && { result: trace.result }),
    ...(errorHandler && { errorHandler, incomingError: String(incomingError) }),
  };
  return `${event} ${layer.name} ${JSON.stringify(facts)}`;
}

describe('The tracing channel', () => {
  it('tells of whatever handlers what the channel of Express tells of them, event by event', async () => {
    const ofExpress = tracingChannel('express.router.request') as unknown as typeof ours;
    await fc.assert(
      fc.asyncProperty(scripts, async (all) => {
        const handlers = handlersOf(all);
        const lines: Record<'express' | 'compose', string[]> = { express: [], compose: [] };
        const one = appWith((app) => handlers.forEach((handler) => app.use(handler)));
        const other = appWith((app) => app.use(compose({ only: handlers }) as RequestHandler));
        await listening(
          ofExpress,
          (event, trace) => {
            if (handlers.includes(trace.handler as RequestHandler)) lines.express.push(lineOf(event, trace));
          },
          () => request(one).get('/'),
        );
        await listening(
          ours,
          (event, trace) => lines.compose.push(lineOf(event, trace)),
          () => request(other).get('/'),
        );
        assert.deepEqual(lines.compose, lines.express);
      }),
      { examples: [[DEALT_WITH_BY_A_THROW]] },
    );
  });

  it('tells besides where in the stack a middleware stands, and the path that it declares', async () => {
    const seen: unknown[] = [];
    const stack = compose({ low: [pass('inner', { path: ['/API/', '/v2'] })], high: [pass('outer')] });
    await listening(
      ours,
      (event, { layer, route, stack: place }) => {
        if (event === 'start') seen.push([layer.name, layer.rawPath, route, place]);
      },
      () => serve(stack as RequestHandler, '/api/x'),
    );
    assert.deepEqual(seen, [
      ['outer', '/', '/', { layer: 'high', position: 0 }],
      ['inner', ['/API/', '/v2'], ['/API/', '/v2'], { layer: 'low', position: 1 }],
    ]);
  });

  it('lets a store that is bound to it hold during a handler, however long it takes', async () => {
    const storage = new AsyncLocalStorage<string>();
    ours.start.bindStore(storage, (trace) => trace.layer.name);
    const seen: (string | undefined)[] = [];
    const stack = compose({
      only: [
        async function first(_req, _res, next) {
          await Promise.resolve();
          seen.push(storage.getStore());
          next();
        },
        function second(_req, _res, next) {
          seen.push(storage.getStore());
          next();
        },
      ],
    });
    try {
      await serve(stack);
    } finally {
      ours.start.unbindStore(storage);
    }
    assert.deepEqual(seen, ['first', 'second']);
  });

  it('costs a request nothing while nobody listens: nothing is made to be published', async () => {
    const made: string[] = [];
    const { start } = ours;
    start.runStores = (_context, invoke, ...rest) => {
      made.push('context');
      return Reflect.apply(invoke, undefined, rest) as ReturnType<typeof invoke>;
    };
    try {
      await serve(compose({ only: [(_req, _res, next) => next()] }));
      assert.deepEqual(made, []);
      await listening(
        ours,
        () => undefined,
        () => serve(compose({ only: [(_req, _res, next) => next()] })),
      );
      assert.deepEqual(made, ['context']);
    } finally {
      Reflect.deleteProperty(start, 'runStores');
    }
  });
});

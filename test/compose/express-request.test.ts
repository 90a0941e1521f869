import assert from 'node:assert/strict';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import express, { type Express, type Request, type RequestHandler } from 'express';
import request from 'supertest';
import { compose, type RequestState } from '../../lib/compose.ts';
import { StateView } from '../../lib/compose/run/state-view.ts';
import { messageClassesFor } from '../../lib/express-messages/index.ts';
import { pass } from './pass.ts';

import './state-keys.ts';

type Loose = Record<string, unknown>;

/** Writes the visitor that a request says it is from. */
const session = () =>
  compose(
    {
      base: [
        pass('session', { writes: ['visitor'] }, (req, _res, next) => {
          req.state.visitor = req.get('X-Visitor') ?? 'nobody';
          next();
        }),
      ],
    },
    { reads: ['visitor'], onConflict: 'error' },
  );

/** Answers who the visitor is, and whether `state` and `stack` are the request's own properties. */
const tell: RequestHandler = (req, res) => {
  const own = ['state', 'stack'].filter((name) => Object.hasOwn(req, name));
  res.json({ visitor: req.state.visitor, ran: req.stack.order, own });
};

async function ask(app: Parameters<typeof request>[0], path = '/', visitor = 'ada'): Promise<unknown> {
  return (await request(app).get(path).set('X-Visitor', visitor)).body as unknown;
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((one) => (resolve = one));
  return { promise, resolve };
}

/** The request and the response of one GET, as Node makes them. */
function messages(): [IncomingMessage, ServerResponse] {
  const req = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/' });
  return [req, new ServerResponse(req)];
}

describe('req.state and req.stack of a request in an Express app', () => {
  it('are accessors of Express’s requests, and nothing is added to the request itself', async () => {
    const app = express().use(session(), tell);
    for (const visitor of ['ada', 'eve']) {
      assert.deepEqual(await ask(app, '/', visitor), { visitor, ran: ['session'], own: [] });
    }
    assert.ok('state' in app.request && !Object.hasOwn(app.request, 'state'));
  });

  it('work with request classes of the app’s own', async () => {
    const app = express().use(session(), tell);
    const server = createServer(messageClassesFor(app), app);
    assert.deepEqual(await ask(server), { visitor: 'ada', ran: ['session'], own: [] });
  });

  it('are the request’s own behind a bare router', async () => {
    const router = express.Router().use(session(), (req, res) => {
      res.end(JSON.stringify({ visitor: req.state.visitor, own: Object.hasOwn(req, 'state') }));
    });
    const server = createServer((req, res) => {
      Object.assign(req, { get: (name: string) => req.headers[name.toLowerCase()] });
      router(req as Request, res as never, () => res.end());
    });
    const { text } = await request(server).get('/').set('X-Visitor', 'ada');
    assert.deepEqual(JSON.parse(text), { visitor: 'ada', own: true });
  });

  it('hold what the host had set as req.state, on the first request and on those after it', async () => {
    const app = express().use(
      (req, _res, next) => {
        Object.assign(req, { state: { tenant: 't1' } });
        next();
      },
      compose({ base: [pass('greet', { reads: ['tenant'] })] }, { given: ['tenant'] }),
      (req, res) => void res.json(req.state),
    );
    assert.deepEqual(await ask(app), { tenant: 't1' });
    assert.deepEqual(await ask(app), { tenant: 't1' });
  });

  it('leave a `state` alone that the host has given its requests', async () => {
    const app = express();
    Object.defineProperty(app.request, 'state', { value: { theme: 'dark' }, writable: true });
    app.use(session(), (req, res) => void res.json({ ...req.state, visitor: req.state.visitor }));
    assert.deepEqual(await ask(app), { visitor: 'ada' });
    assert.deepEqual((app.request as unknown as { state: object }).state, { theme: 'dark' });
  });

  it('are undefined in an app without a stack, where req.state is what somebody sets', async () => {
    await ask(express().use(session(), tell));
    const other = express().use((req, res) => {
      const before = [req.state as unknown, req.stack];
      Object.assign(req, { state: { mine: 1 } });
      res.json([before, req.state]);
    });
    assert.deepEqual(await ask(other), [[null, null], { mine: 1 }]);
  });

  it('can be set by the host where no stack has come yet', async () => {
    const app = express();
    app.get('/with', session(), tell);
    app.get('/without', (req, res) => {
      Object.assign(req, { state: { mine: 1 }, stack: 'mine' });
      res.json([req.state, req.stack]);
    });
    await ask(app, '/with');
    assert.deepEqual(await ask(app, '/without'), [{ mine: 1 }, 'mine']);
  });

  for (const when of ['before', 'after'] as const) {
    it(`are seen by the outer app as well, mounted ${when} the first request of the inner one`, async () => {
      const inner = express().use(session(), (_req, _res, next) => next());
      const outer = express();
      if (when === 'before') outer.use(inner);
      else await ask(inner);
      if (when === 'after') outer.use(inner);
      outer.use(tell);
      assert.deepEqual(await ask(outer), { visitor: 'ada', ran: ['session'], own: [] });
    });
  }

  it('are seen in an app that nobody has mounted, as with vhost, and behind it', async () => {
    const other = express().use((req, res, next) => {
      res.set('Visitor', req.state.visitor);
      next();
    });
    const app = express().use(session(), (req, res, next) => void other(req, res, next), tell);
    const { headers, body } = await request(app).get('/').set('X-Visitor', 'ada');
    assert.equal(headers.visitor, 'ada');
    assert.deepEqual(body, { visitor: 'ada', ran: ['session'], own: [] });
  });

  it('are kept apart where two requests share the state of a stream', () => {
    const { _readableState: shared } = new Readable() as unknown as Loose;
    const before: unknown[] = [];
    const held: Request[] = [];
    const app = express().use(
      (req, _res, next) => {
        Object.assign(req, { _readableState: shared });
        before.push(req.state);
        next();
      },
      session(),
      (req) => void held.push(req),
    );
    for (const visitor of ['ada', 'eve']) {
      const [req, res] = messages();
      req.headers['x-visitor'] = visitor;
      app(req, res);
    }
    assert.deepEqual(
      held.map((req) => req.state.visitor),
      ['ada', 'eve'],
    );
    // Nor does one that has not come to the stack yet see the other's.
    assert.deepEqual(before, [undefined, undefined]);
  });

  it('work on a request whose stream keeps nothing, or has no state', () => {
    for (const _readableState of [Object.freeze({}), undefined, null, 'none']) {
      const app = express().use(session(), (req) => void seen.push(req.state.visitor));
      const seen: unknown[] = [];
      for (const visitor of ['ada', 'eve']) {
        const [req, res] = messages();
        req.headers['x-visitor'] = visitor;
        app(Object.assign(req, { _readableState }), res);
      }
      assert.deepEqual(seen, ['ada', 'eve']);
    }
  });

  it('are those of the request for a Proxy around it', async () => {
    const app = express().use(session(), (req, res) => {
      const proxy = new Proxy(req, {});
      res.json([proxy.state.visitor, proxy.stack.order]);
    });
    assert.deepEqual(await ask(app), ['ada', ['session']]);
  });

  it('of a request that is derived from another are its own', async () => {
    const stack = session();
    const app = express().use(stack, (req, res) => {
      const derived = Object.create(req, { get: { value: () => 'eve' } }) as Request;
      void stack(derived, res, () => {
        res.json([derived.state.visitor, req.state.visitor]);
      });
    });
    assert.deepEqual(await ask(app), ['eve', 'ada']);
  });

  it('of two requests that a layer derives from one are kept apart, and from it', async () => {
    const inner = session();
    const batch = pass('batch', {}, (req, res, next) => {
      const visitors = ['ada', undefined].map((visitor) => {
        const derived = Object.create(req, { get: { value: () => visitor } }) as Request;
        let seen: unknown;
        if (visitor === undefined) seen = (derived as Partial<Request>).state;
        else void inner(derived, res, () => (seen = derived.state.visitor));
        return typeof seen === 'object' ? null : seen;
      });
      res.locals.visitors = visitors;
      next();
    });
    const app = express().use(compose({ base: [batch] }), (req, res) => {
      res.json([res.locals.visitors, req.state.visitor ?? null]);
    });
    assert.deepEqual(await ask(app), [['ada', null], null]);
  });

  it('of copies of a request, each with a response of its own, are kept apart', async () => {
    const stack = session();
    const app = express().use(session(), async (req, res) => {
      const visitors = ['eve', 'bob'].map((visitor) => {
        const copy = Object.assign(Object.create(Object.getPrototypeOf(req) as object) as Request, req, {
          get: () => visitor,
        });
        const { promise, resolve } = withResolvers<unknown>();
        void stack(copy, new ServerResponse(copy) as never, () => {
          setImmediate(() => resolve(copy.state.visitor));
        });
        return promise;
      });
      res.json([await Promise.all(visitors), req.state.visitor]);
    });
    assert.deepEqual(await ask(app), [['eve', 'bob'], 'ada']);
  });

  it('are no properties of the request, nor is what the engine keeps', async () => {
    const app = express().use(session(), (req, res) => void res.json(Object.keys(req)));
    const keys = (await ask(app)) as string[];
    for (const name of ['state', 'stack', 'next']) assert.ok(!keys.includes(name), name);
  });
});

describe('req.next of a request in an Express app', () => {
  // The first request of the process makes it an accessor.
  before(() => ask(express().use(session(), tell)));

  it('goes on in the router that the request is in, and in the outer one behind it', async () => {
    const order: string[] = [];
    const step =
      (name: string): RequestHandler =>
      (req) => {
        order.push(name);
        req.next?.();
      };
    const inner = express.Router().use(step('a'), step('b'));
    const app = express().use(inner, step('c'), (_req, res) => void res.json(order));
    assert.deepEqual(await ask(app), ['a', 'b', 'c']);
  });

  it('is called by Express where there is no such file', async () => {
    const app = express()
      .set('env', 'test')
      .use((_req, res) => res.sendFile('/no/such/file'));
    assert.equal((await request(app).get('/')).status, 404);
  });

  it('is the same through a Proxy around the request, read and set', async () => {
    const app = express().use((req, res) => {
      const proxy = new Proxy(req, {});
      const same = proxy.next === req.next;
      const mine = (): void => undefined;
      proxy.next = mine;
      res.json([same, req.next === mine]);
    });
    assert.deepEqual(await ask(app), [true, true]);
  });

  it('of an object derived from the request is its own once it is set', async () => {
    const app = express().use((req, res) => {
      const derived = Object.create(req) as Request;
      const same = derived.next === req.next;
      derived.next = (): void => undefined;
      res.json([same, derived.next === req.next, Object.hasOwn(derived, 'next')]);
    });
    assert.deepEqual(await ask(app), [true, false, true]);
  });

  it('stays what the host has made it on its own prototype', async () => {
    const app = express();
    const calls: unknown[] = [];
    let given: unknown;
    Object.defineProperty(app.request, 'next', {
      get: () => given,
      set: (value: unknown) => {
        calls.push(typeof value);
        given = value;
      },
    });
    app.use(session(), tell);
    assert.deepEqual(await ask(app), { visitor: 'ada', ran: ['session'], own: [] });
    assert.ok(calls.length > 0 && calls.every((type) => type === 'function'));
  });

  it('holds in a request whose rawHeaders a middleware has replaced', async () => {
    const app = express().use(
      session(),
      (req, _res, next) => {
        req.rawHeaders = [];
        next();
      },
      (req) => req.next?.(),
      tell,
    );
    assert.deepEqual(await ask(app), { visitor: 'ada', ran: ['session'], own: [] });
  });
});

describe('The tables of a request', () => {
  it('are as large as its own stack has keys, however many other stacks of the process have', async () => {
    const many = Array.from({ length: 5000 }, (_, index) => `other_${index}`);
    compose({ base: [pass('many', { writes: many })] }, { silence: ['S202'] });
    let state: RequestState | undefined;
    const app: Express = express().use(session(), (req, res) => {
      state = req.state;
      res.json((req.state as Loose).visitor);
    });
    assert.equal(await ask(app), 'ada');
    assert.equal(StateView.runOf(state as StateView).state.values.length, 2);
  });
});

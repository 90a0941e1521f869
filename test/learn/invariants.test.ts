import assert from 'node:assert/strict';
import { createServer, get, IncomingMessage, request, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Express, NextFunction, Request, Response } from 'express';
import { compose, defineMiddleware } from '../../lib/compose.ts';
import { Recorder, setActiveRecorder } from '../../lib/learn/watch/recorder.ts';
import { watchExpress } from '../../lib/learn/watch/watch-express.ts';
import { EXPRESSES, freshExpress, watchedExpress } from './fresh-express.ts';

type Loose = Request & Record<string, unknown>;

function appOf({ app }: Request | Response): { readonly request: Request; readonly response: Response } {
  return app as unknown as { readonly request: Request; readonly response: Response };
}

/** What holds for a request and its answer without a watcher, each looked at in a handler. */
const INVARIANTS: Record<string, (req: Loose, res: Response, next: NextFunction) => unknown> = {
  'the request is the one that Node has': (req, res) =>
    (res as unknown as { req: unknown }).req === req &&
    (req.socket as Socket & { _httpMessage?: unknown })._httpMessage === res &&
    req.res === res,
  'both are instances of their classes': (req, res) =>
    req instanceof IncomingMessage &&
    res instanceof ServerResponse &&
    Object.getPrototypeOf(req) === appOf(req).request,
  'a WeakMap finds the request': (req) => new WeakMap([[req as object, 1]]).get(req.res!.req) === 1,
  'what was written is an own key that can be listed': (req) => {
    req.tenant = 'a';
    return Object.keys(req).includes('tenant') && Object.hasOwn(req, 'tenant') && { ...req }.tenant === 'a';
  },
  'what was deleted is gone': (req) => {
    req.tenant = 'a';
    delete req.tenant;
    return !('tenant' in req) && req.tenant === undefined && !Object.hasOwn(req, 'tenant');
  },
  'what was written may be defined anew': (req) => {
    req.tenant = 'a';
    Object.defineProperty(req, 'tenant', { value: 'b', writable: false });
    return req.tenant === 'b' && Object.getOwnPropertyDescriptor(req, 'tenant')?.writable === false;
  },
  'an object derived from the request has keys of its own': (req) => {
    req.tenant = 'a';
    const derived = Object.create(req) as Loose;
    derived.tenant = 'b';
    derived.other = 'c';
    return (
      req.tenant === 'a' &&
      derived.tenant === 'b' &&
      Object.hasOwn(derived, 'tenant') &&
      req.other === undefined
    );
  },
  'an unknown key is in no request': (req) => !('nothing' in req) && req.nothing === undefined,
  'the locals have no prototype': (_req, res) => {
    res.locals.nonce = 'a';
    return Object.getPrototypeOf(res.locals) === null && Object.keys(res.locals).join() === 'nonce';
  },
  'a function on the answer keeps its name, its length and what it carries': (_req, res) => {
    const mine = Object.assign(
      function mine(_one: unknown, _two: unknown) {
        return 0;
      },
      { carried: 1 },
    );
    Reflect.set(res, 'flash', mine);
    const found = Reflect.get(res, 'flash') as typeof mine;
    return found.name === 'mine' && found.length === 2 && found.carried === 1;
  },
  'a method that was put back is the method': (_req, res) => {
    const end: unknown = Reflect.get(res, 'end');
    res.end = function (this: Response) {
      return this;
    } as typeof res.end;
    delete (res as Partial<Response>).end;
    return Reflect.get(res, 'end') === end;
  },
  "Express's own methods can be replaced for all answers": (_req, res) => {
    const { response } = appOf(res);
    const json = Reflect.get(response, 'json') as () => Response;
    response.json = function () {
      return this;
    };
    const replaced = Reflect.get(res, 'json') !== json;
    response.json = json;
    return replaced && Reflect.get(res, 'json') === json;
  },
  'the next layer runs in the same turn': (_req, res, next) => {
    res.locals.turn = 'same';
    next();
    return res.locals.order === 'after same';
  },
};

for (const name of EXPRESSES) {
  describe(`A request that is watched, in ${name}`, () => {
    let express: ReturnType<typeof watchedExpress>;
    const recorder = new Recorder();
    let before: Recorder | undefined;

    beforeEach(() => {
      express = watchedExpress(name);
      before = setActiveRecorder(recorder);
    });
    afterEach(() => setActiveRecorder(before));

    /** Serves an app, and gives what `ask` finds. */
    async function serving<T>(app: Express, ask: (port: number) => Promise<T>): Promise<T> {
      const server = createServer(app);
      await new Promise<void>((resolve) => server.listen(0, resolve));
      try {
        return await ask((server.address() as AddressInfo).port);
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }

    function bodyOf(port: number): Promise<string> {
      return new Promise((resolve, reject) => {
        get({ port }, (res) => void text(res).then(resolve, reject)).on('error', reject);
      });
    }

    for (const [invariant, holds] of Object.entries(INVARIANTS)) {
      it(invariant, async () => {
        const app = express();
        let held: unknown;
        app.use((req, res, next) => {
          try {
            held = holds(req as Loose, res, next);
          } catch (error) {
            held = error;
          }
          if (!res.writableEnded) res.end('done');
        });
        app.use((_req, res) => {
          res.locals.order = `after ${String(res.locals.turn)}`;
        });
        assert.equal(await serving(app, bodyOf), 'done');
        assert.equal(held, true);
      });
    }

    it('streams its body and its answer', async () => {
      const app = express();
      app.use(async (req, res) => {
        const chunks: Buffer[] = [];
        for await (const chunk of req) chunks.push(chunk as Buffer);
        res.write('a');
        res.end(Buffer.concat(chunks));
      });
      const answer = await serving(
        app,
        (port) =>
          new Promise<string>((resolve, reject) => {
            const req = request({ port, method: 'POST' }, (res) => void text(res).then(resolve, reject));
            req.write('b');
            req.end('c');
          }),
      );
      assert.equal(answer, 'abc');
    });

    it('leaves upgrades alone', async () => {
      const server = createServer(express());
      server.on('upgrade', (_req, socket) =>
        socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\nConnection: upgrade\r\n\r\nhello'),
      );
      await new Promise<void>((resolve) => server.listen(0, resolve));
      const { port } = server.address() as AddressInfo;
      const answer = await new Promise<string>((resolve, reject) => {
        const req = request({ port, headers: { connection: 'upgrade', upgrade: 'a' } });
        req.on('error', reject).on('upgrade', (_res, socket, head) => {
          void text(socket).then((rest) => resolve(head.toString() + rest), reject);
        });
        req.end();
      });
      server.close();
      assert.equal(answer, 'hello');
    });

    for (const order of ['before', 'after']) {
      it(`has the state and the stack of the engine, if it was watched ${order} the engine came`, async () => {
        const stack = compose({
          base: [
            defineMiddleware({
              name: 'tenant',
              handle(req, _res, next) {
                Reflect.set(req, 'user', 'somebody');
                next();
              },
            }),
          ],
        });
        const copy = freshExpress(name);
        if (order === 'before') watchExpress(copy);
        const app = copy();
        app.use(stack);
        app.use((req, res) => {
          res.json([Object.keys(req).includes('state'), typeof req.stack, (req as unknown as Loose).user]);
        });
        // The engine puts its accessors there when the first request comes.
        await serving(app, bodyOf);
        if (order === 'after') watchExpress(copy);
        assert.equal(await serving(app, bodyOf), '[false,"object","somebody"]');
      });
    }
  });
}

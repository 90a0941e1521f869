/** Answers in every shape that Node knows, over a raw connection where a client would hide it. */
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import {
  get,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import express, { type RequestHandler } from 'express';
import onHeaders from 'on-headers';
import { compose, type Stack } from '../../../lib/compose.ts';
import { pass } from '../pass.ts';
import { serving } from '../serving.ts';

import '../state-keys.ts';

/** What a hook has been called with. */
interface Seen {
  readonly hook: 'beforeHeaders' | 'afterResponse';
  readonly status: number;
  readonly finished: boolean;
}

/** A stack that notes what its hooks see, and tells when the answer is done. */
function watching(options = {}): { stack: Stack; seen: Seen[]; done: Promise<void> } {
  const seen: Seen[] = [];
  let finish: () => void;
  const done = new Promise<void>((resolve) => (finish = resolve));
  const note = (hook: Seen['hook']) => (_req: unknown, res: express.Response) => {
    seen.push({ hook, status: res.statusCode, finished: res.writableFinished });
    if (hook === 'beforeHeaders') res.setHeader('X-Hook', 'yes');
    else setImmediate(finish);
  };
  const watch = pass('watch', { beforeHeaders: note('beforeHeaders'), afterResponse: note('afterResponse') });
  return { stack: compose({ base: [watch] }, options), seen, done };
}

async function answerOf(listener: RequestListener, method = 'GET'): Promise<IncomingMessage> {
  return serving(listener, async (server) => {
    const { port } = server.address() as AddressInfo;
    const sent = httpRequest({ port, host: '127.0.0.1', method }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    if (!answer.complete) await once(answer, 'end');
    return answer;
  });
}

const ANSWERS: Readonly<Record<string, RequestHandler>> = {
  'that Express sends': (_req, res) => void res.send('text'),
  'of JSON': (_req, res) => void res.json({ ok: true }),
  'by end alone': (_req, res) => void res.end('text'),
  'in pieces': (_req, res) => {
    res.write('one');
    setImmediate(() => res.end('two'));
  },
  'of headers first': (_req, res) => {
    res.flushHeaders();
    setImmediate(() => res.end('text'));
  },
  'of a stream': (_req, res) => void Readable.from(['one', 'two']).pipe(res),
  'of a file': (_req, res) => res.sendFile('package.json', { root: process.cwd() }),
  'with its head written by hand': (_req, res) => void res.writeHead(200, 'Fine').end(),
  'that redirects': (_req, res) => res.redirect('/elsewhere'),
  'without a body': (_req, res) => void res.sendStatus(204),
  'that is not modified': (_req, res) => void res.status(304).end(),
  'that is sent much later': (_req, res) => void setTimeout(() => res.send('late'), 5),
};

for (const [mode, options] of Object.entries({ sampled: {}, timed: { timing: 'all' } })) {
  describe(`On the way back of an answer (${mode})`, () => {
    for (const [shape, handler] of Object.entries(ANSWERS)) {
      for (const method of ['GET', 'HEAD']) {
        it(`${shape}, to ${method}, both hooks are called, once each`, async () => {
          const { stack, seen, done } = watching(options);
          const answer = await answerOf(express().use(stack, handler), method);
          await done;
          assert.equal(answer.headers['x-hook'], 'yes');
          assert.deepEqual(seen, [
            { hook: 'beforeHeaders', status: answer.statusCode, finished: false },
            { hook: 'afterResponse', status: answer.statusCode, finished: true },
          ]);
        });
      }
    }
  });
}

describe('The headers that writeHead is given', () => {
  const HEADS: Readonly<Record<string, readonly unknown[]>> = {
    'an object': [{ 'X-Given': 'b', 'Set-Cookie': ['a=1', 'b=2'] }],
    'a list': [['X-Given', 'b', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']],
    'a list of pairs': [
      [
        ['X-Given', 'b'],
        ['Set-Cookie', 'a=1'],
        ['Set-Cookie', 'b=2'],
      ],
    ],
    'an object behind a message': ['Fine', { 'X-Given': 'b', 'Set-Cookie': ['a=1', 'b=2'] }],
    'an object behind a message that is none': [undefined, { 'X-Given': 'b', 'Set-Cookie': ['a=1', 'b=2'] }],
    'an object behind another, which Node does not read': [
      { 'X-Given': 'a' },
      { 'X-Given': 'b', 'Set-Cookie': ['a=1', 'b=2'] },
    ],
  };
  for (const [kind, head] of Object.entries(HEADS)) {
    it(`as ${kind} are there for the hook, and are sent`, async () => {
      let given: unknown;
      const look = pass('look', { beforeHeaders: (_req, res) => void (given = res.getHeader('X-Given')) });
      const app = express().use(compose({ base: [look] }), (_req, res) => {
        res.set('X-Given', 'a');
        (res.writeHead as (...args: unknown[]) => ServerResponse)(201, ...head).end();
      });
      const { statusCode, statusMessage, headers } = await answerOf(app);
      assert.equal(given, 'b');
      assert.deepEqual([statusCode, headers['x-given'], headers['set-cookie']], [201, 'b', ['a=1', 'b=2']]);
      assert.equal(statusMessage, kind === 'an object behind a message' ? 'Fine' : 'Created');
    });
  }

  it('as null are none, as Node reads it', async () => {
    const { stack } = watching();
    const answer = await answerOf(
      express().use(stack, (_req, res) => void res.writeHead(202, null as never).end()),
    );
    assert.deepEqual([answer.statusCode, answer.headers['x-hook']], [202, 'yes']);
  });

  it('come with a status that the hook sees as Node reads it, also where it is a text', async () => {
    const { stack, seen, done } = watching();
    const answer = await answerOf(
      express().use(stack, (_req, res) => void res.writeHead('404' as never).end()),
    );
    await done;
    assert.equal(answer.statusCode, 404);
    assert.deepEqual(
      seen.map(({ status }) => status),
      [404, 404],
    );
  });

  it('are refused behind those that were sent before the hook was known, and it is not called', async () => {
    const { stack, seen, done } = watching();
    let code: unknown;
    const sends: RequestHandler = (_req, res, next) => {
      res.status(202).flushHeaders();
      next();
    };
    const sendsAgain: RequestHandler = (_req, res) => {
      try {
        res.writeHead(404);
      } catch (error) {
        ({ code } = error as NodeJS.ErrnoException);
      }
      res.end();
    };
    const answer = await answerOf(express().use(sends, stack, sendsAgain));
    await done;
    assert.deepEqual([answer.statusCode, code], [202, 'ERR_HTTP_HEADERS_SENT']);
    assert.deepEqual(seen, [{ hook: 'afterResponse', status: 202, finished: true }]);
  });

  it('and that Node refuses are refused, and the answer in their place has the hook’s headers', async () => {
    const { stack, seen, done } = watching();
    const codes: unknown[] = [];
    const app = express().use(stack, (_req, res) => {
      for (const head of [[200, { 'X-Given': 'ä\n' }], [200, ['X-Given']], [99_999]] as [number, never][]) {
        try {
          res.writeHead(...head);
        } catch (error) {
          codes.push((error as NodeJS.ErrnoException).code);
        }
      }
      res.status(500).removeHeader('X-Hook');
      res.end();
    });
    const answer = await answerOf(app);
    await done;
    assert.deepEqual(codes, ['ERR_INVALID_CHAR', 'ERR_INVALID_ARG_VALUE', 'ERR_HTTP_INVALID_STATUS_CODE']);
    assert.deepEqual([answer.statusCode, answer.headers['x-hook']], [500, 'yes']);
    assert.deepEqual(seen.at(-2), { hook: 'beforeHeaders', status: 500, finished: false });
  });

  it('go well with listeners of on-headers on both sides', async () => {
    const listen = (name: string) =>
      pass(name, {}, (_req, res, next) => {
        onHeaders(res, () => void res.set('X-Marks', `${res.get('X-Marks') ?? ''}${name}`));
        next();
      });
    const hook = pass('hook', {
      beforeHeaders: (_req, res) => void res.set('X-Marks', `${res.get('X-Marks') ?? ''}-`),
    });
    const stack = compose({ base: [listen('a'), hook, listen('b')] });
    const answer = await answerOf(express().use(stack, (_req, res) => void res.send('text')));
    assert.equal(answer.headers['x-marks'], 'b-a');
  });
});

/** Sends a request and goes away as soon as it has arrived. The server runs until `done`. */
async function leaveUnanswered(listener: RequestListener, done: Promise<unknown>): Promise<void> {
  await serving(listener, async (server) => {
    const { port } = server.address() as AddressInfo;
    const sent = get({ port, host: '127.0.0.1' }).on('error', () => undefined);
    await once(server, 'request');
    sent.destroy();
    await done;
  });
}

describe('afterResponse', () => {
  it('is called once when the client goes away before there is an answer', async () => {
    const { stack, seen, done } = watching();
    const listener = express().use(stack, () => undefined);
    await leaveUnanswered(listener, done);
    assert.deepEqual(seen, [{ hook: 'afterResponse', status: 200, finished: false }]);
  });

  it('is called once when the client goes away in the middle of an answer', async () => {
    const { stack, seen, done } = watching();
    const listener = express().use(stack, (_req, res) => void res.write('the beginning'));
    await serving(listener, async (server) => {
      const { port } = server.address() as AddressInfo;
      const sent = get({ port, host: '127.0.0.1' }).on('error', () => undefined);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      answer.on('error', () => undefined).destroy();
      await done;
      assert.deepEqual(
        seen.map(({ hook, finished }) => [hook, finished]),
        [
          ['beforeHeaders', false],
          ['afterResponse', false],
        ],
      );
    });
  });

  it('is called when the client has gone before the request comes to its middleware', async () => {
    const { stack, seen, done } = watching();
    const app = express().use((_req, res, next) => void res.once('close', () => setImmediate(next)), stack);
    await leaveUnanswered(app, done);
    assert.deepEqual(seen, [{ hook: 'afterResponse', status: 200, finished: false }]);
  });

  it('is called once of each, also where one has its turn when the other has acted already', async () => {
    const called: string[] = [];
    let finish: () => void;
    const done = new Promise<void>((resolve) => (finish = resolve));
    const stack = compose({
      base: [
        pass('early', { afterResponse: () => void called.push('early') }),
        pass('waits', {}, (_req, res, next) => void res.once('close', () => setImmediate(next)).end()),
        pass('late', {
          afterResponse: () => {
            called.push('late');
            setImmediate(finish);
          },
        }),
      ],
    });
    await answerOf(express().use(stack, () => undefined));
    await done;
    assert.deepEqual(called, ['early', 'late']);
  });

  it('is called for each request of a pipeline when the connection ends before the first answer', async () => {
    const ended: string[] = [];
    let both: () => void;
    const done = new Promise<void>((resolve) => (both = resolve));
    const log = pass('log', {
      afterResponse: (req) => {
        ended.push(req.url);
        if (ended.length === 2) both();
      },
    });
    let came = 0;
    let arrived: () => void;
    const arrival = new Promise<void>((resolve) => (arrived = resolve));
    const app = express().use(compose({ base: [log] }), () => ++came === 2 && arrived());
    await serving(app, async (server) => {
      const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write('GET /one HTTP/1.1\r\nHost: a\r\n\r\nGET /two HTTP/1.1\r\nHost: a\r\n\r\n');
      await arrival;
      socket.destroy();
      await done;
      assert.deepEqual(ended.sort(), ['/one', '/two']);
    });
  });

  it('is called for an answer that is given to an upgrade by hand', async () => {
    const { stack, seen, done } = watching();
    const app = express().use(stack, (_req, res) => void res.writeHead(426, { Connection: 'close' }).end());
    await serving(
      () => undefined,
      async (server) => {
        server.on('upgrade', (req: IncomingMessage, socket: Socket) => {
          const res = new ServerResponse(req);
          res.assignSocket(socket);
          res.on('finish', () => socket.end());
          app(req, res);
        });
        const socket: Socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
        socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: tea\r\n\r\n');
        let text = '';
        for await (const piece of socket) text += String(piece);
        await done;
        assert.match(text, /^HTTP\/1\.1 426 /);
        assert.match(text, /X-Hook: yes/);
        assert.deepEqual(
          seen.map(({ hook, status }) => [hook, status]),
          [
            ['beforeHeaders', 426],
            ['afterResponse', 426],
          ],
        );
      },
    );
  });

  it('is called in the async context of the request, also when the client has gone away', async () => {
    const storage = new AsyncLocalStorage<string>();
    let seen: unknown;
    let finish: () => void;
    const done = new Promise<void>((resolve) => (finish = resolve));
    const log = pass('log', {
      afterResponse: () => {
        seen = storage.getStore();
        finish();
      },
    });
    const app = express()
      .use((_req, _res, next) => {
        storage.run('mine', next);
      })
      .use(compose({ base: [log] }), () => undefined);
    await serving(app, async (server) => {
      const { port } = server.address() as AddressInfo;
      const sent = get({ port, host: '127.0.0.1' }).on('error', () => undefined);
      await once(server, 'request');
      sent.destroy();
      await done;
    });
    assert.equal(seen, 'mine');
  });
});

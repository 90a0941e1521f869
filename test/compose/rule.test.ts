import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import express, { type ErrorRequestHandler } from 'express';
import request from 'supertest';
import { compose, defineMiddleware, type LayerEntry, type RequestState } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

import './state-keys.ts';

/** `req.state` as code without types sees it. */
type Loose = Record<string, unknown>;

const write = (name: string, key: string, value: unknown, declaration = {}) =>
  pass(name, { writes: [key], ...declaration }, (req, _res, next) => {
    (req.state as Loose)[key] = value;
    next();
  });

const touch = (state: RequestState): void => {
  state.theme = 'dark';
};

describe('The rule at run time', () => {
  it('hands what one writes to those who read it, and to the application', async () => {
    const greeted: unknown[] = [];
    const stack = compose({
      base: [
        defineMiddleware({
          name: 'greet',
          reads: ['visitor'],
          handle(req, _res, next) {
            greeted.push(req.state.visitor);
            next();
          },
        }),
        defineMiddleware({
          name: 'session',
          writes: ['visitor'],
          handle(req, _res, next) {
            req.state.visitor = 'ada';
            next();
          },
        }),
      ],
    });
    const { state, stack: seen } = await serve(stack);
    assert.deepEqual(greeted, ['ada']);
    assert.equal(state?.visitor, 'ada');
    assert.deepEqual(seen.conflicts, []);
  });

  it('holds back the write of a lower layer to a key that a higher layer has written', async () => {
    const stack = compose({
      base: [write('low', 'visitor', 'low')],
      top: [write('high', 'visitor', 'high')],
    });
    const { state, stack: seen } = await serve(stack);
    assert.equal(state?.visitor, 'high');
    assert.deepEqual(seen.conflicts, [
      {
        id: 'S301',
        kind: 'held-back write',
        message: 'low writes "visitor", which high in a higher layer has written; that stays.',
        key: 'visitor',
        middlewares: ['low', 'high'],
        kept: { key: 'visitor', middleware: 'high' },
        count: 1,
      },
    ]);
  });

  it('lets a higher layer replace what a lower layer has written before it', async () => {
    const stack = compose({
      base: [write('low', 'visitor', 'low')],
      top: [write('high', 'visitor', 'high', { after: ['low'] })],
    });
    const { state, stack: seen } = await serve(stack);
    assert.equal(state?.visitor, 'high');
    assert.deepEqual(seen.conflicts, []);
  });

  it('keeps a losing key of an exclusive group from everybody, and writes down each use of it', async () => {
    const stack = compose(
      {
        base: [
          write('key', 'visitor', 'secret-value'),
          pass('use', { reads: ['visitor'] }, (req, res, next) => {
            res.set('Seen', String(req.state.visitor));
            next();
          }),
        ],
        top: [write('cookie', 'tenant', 't1')],
      },
      { exclusive: { identity: ['visitor', 'tenant'] } },
    );
    const { response, state, stack: seen } = await serve(stack);
    assert.equal(response.get('Seen'), 'undefined');
    assert.equal(state?.visitor, undefined);
    assert.equal(state?.tenant, 't1');
    assert.deepEqual(
      seen.conflicts.map(({ id, key, middlewares, kept }) => ({ id, key, middlewares, kept })),
      [
        { id: 'S302', key: 'visitor', middlewares: ['key', 'cookie'] },
        { id: 'S303', key: 'visitor', middlewares: ['use', 'cookie'] },
        { id: 'S303', key: 'visitor', middlewares: ['application', 'cookie'] },
      ].map((conflict) => ({ ...conflict, kept: { key: 'tenant', middleware: 'cookie' } })),
    );
    assert.doesNotMatch(JSON.stringify(seen), /secret-value/);
  });

  it('takes the writing of undefined to a losing key for no claim', async () => {
    const stack = compose(
      { base: [write('key', 'visitor', undefined)], top: [write('cookie', 'tenant', 't1')] },
      { exclusive: { identity: ['visitor', 'tenant'] } },
    );
    assert.deepEqual((await serve(stack)).stack.conflicts, []);
  });

  it('lets a group be whose keys nobody writes, or one only', async () => {
    const one = compose(
      { base: [write('session', 'visitor', 'ada')] },
      { reads: ['visitor'], exclusive: { identity: ['visitor', 'tenant'], look: ['theme', 'locale'] } },
    );
    const { state, stack: seen } = await serve(one);
    assert.equal(state?.visitor, 'ada');
    assert.deepEqual(seen.conflicts, []);
  });

  it('writes down undeclared reads and writes, of known keys and of unknown ones, and lets them pass', async () => {
    const stack = compose({
      base: [
        write('session', 'visitor', 'ada'),
        pass('sloppy', {}, (req, _res, next) => {
          const state = req.state as Loose;
          state.note = `for ${String(state.visitor)}`;
          next();
        }),
      ],
    });
    const { state, stack: seen } = await serve(stack);
    assert.equal((state as Loose).note, 'for ada');
    assert.deepEqual(
      seen.conflicts.map(({ id, key, middlewares }) => [id, key, ...middlewares]),
      [
        ['S305', 'visitor', 'sloppy'],
        ['S304', 'note', 'sloppy'],
      ],
    );
  });

  it('holds undeclared writes to the rule as well', async () => {
    const note = (name: string) =>
      pass(name, {}, (req, _res, next) => {
        (req.state as Loose).note = name;
        next();
      });
    const stack = compose({ base: [note('low')], top: [note('high')] });
    const { state, stack: seen } = await serve(stack);
    assert.equal((state as Loose).note, 'high');
    assert.deepEqual(
      seen.conflicts.map(({ id }) => id),
      ['S304', 'S304', 'S301'],
    );
  });

  it('holds the application to it too, which lies below all layers, but leaves it keys of its own', async () => {
    const { stack: seen, state } = await serve(
      compose({ base: [write('session', 'visitor', 'ada')] }, { reads: ['visitor'] }),
      '/',
      (req, res) => {
        req.state.visitor = 'eve';
        (req.state as Loose).page = 'home';
        res.send(`${req.state.visitor} ${String((req.state as Loose).page)}`);
      },
    );
    assert.equal(state?.visitor, 'ada');
    assert.equal((state as Loose).page, 'home');
    assert.deepEqual(
      seen.conflicts.map(({ id, middlewares }) => [id, ...middlewares]),
      [['S301', 'application', 'session']],
    );
  });

  it('writes down a write after the response has been sent', async () => {
    let written: Promise<void> | undefined;
    const stack = compose({
      base: [
        pass('slow', { writes: ['visitor'] }, (req, res, next) => {
          const { state } = req;
          written = new Promise((resolve) => {
            res.on('finish', () => {
              state.visitor = 'too late';
              resolve();
            });
          });
          next();
        }),
      ],
    });
    const { stack: seen } = await serve(stack);
    await written;
    assert.deepEqual(
      seen.conflicts.map(({ id, key, middlewares }) => [id, key, ...middlewares]),
      [['S306', 'visitor', 'slow']],
    );
  });

  describe('knows who it was', () => {
    const written = async (handle: express.RequestHandler, beforeAnswer = Promise.resolve()) => {
      const stack = compose({
        base: [pass('other', { writes: ['theme'] })],
        top: [pass('writer', {}, handle)],
      });
      const { stack: seen } = await serve(
        stack,
        '/',
        (_req, res) => void beforeAnswer.then(() => res.send('')),
      );
      return seen.conflicts.map(({ middlewares }) => middlewares[0]);
    };

    it('after an await', async () => {
      assert.deepEqual(
        await written(async (req, _res, next) => {
          await delay(1);
          touch(req.state);
          next();
        }),
        ['writer'],
      );
    });

    it('in a timer', async () => {
      assert.deepEqual(
        await written((req, _res, next) => {
          setTimeout(() => {
            touch(req.state);
            next();
          }, 1);
        }),
        ['writer'],
      );
    });

    it('after a call of next, while the handler goes on', async () => {
      assert.deepEqual(
        await written((req, _res, next) => {
          next();
          touch(req.state);
        }),
        ['writer'],
      );
    });

    it('after a call of next and an await, if it has kept its view', async () => {
      let hasTouched = (): void => undefined;
      const touched = new Promise<void>((resolve) => (hasTouched = resolve));
      assert.deepEqual(
        await written(async ({ state }, _res, next) => {
          next();
          await delay(1);
          touch(state);
          hasTouched();
        }, touched),
        ['writer'],
      );
    });

    it('and leaves the turn to the middleware furthest in, when a handler returns after next', async () => {
      const stack = compose({
        base: [
          pass('outer', {}, (_req, _res, next) => next()),
          pass('inner', {}, (req, _res, next) => {
            setTimeout(() => {
              touch(req.state);
              next();
            }, 1);
          }),
        ],
      });
      const { stack: seen } = await serve(stack);
      assert.deepEqual(
        seen.conflicts.map(({ middlewares }) => middlewares[0]),
        ['inner'],
      );
    });
  });

  describe('leaves the turn to the middleware furthest in, when the handlers in between have returned,', () => {
    const late = pass('late', {}, (req, _res, next) => {
      setTimeout(() => {
        touch(req.state);
        next();
      }, 1);
    });
    const between = pass('between', {}, (_req, _res, next) => next());

    async function whoTouched(...entries: LayerEntry[]): Promise<(string | undefined)[]> {
      const { stack: seen } = await serve(compose({ base: entries }));
      return seen.conflicts.map(({ middlewares }) => middlewares[0]);
    }

    it('and the first of them had called next after an await', async () => {
      const early = pass('early', {}, async (_req, _res, next) => {
        await delay(1);
        next();
      });
      assert.deepEqual(await whoTouched(early, between, late), ['late']);
    });

    it('and the first of them had failed after an await', async () => {
      const failing = pass('failing', {}, async () => {
        await delay(1);
        throw new Error('boom');
      });
      const calm: ErrorRequestHandler = (_error, _req, _res, next) => next();
      assert.deepEqual(await whoTouched(failing, calm, late), ['late']);
    });

    it('and the call stack had started anew', async () => {
      const many = Array.from({ length: 301 }, (_, place) => pass(`pass-${place}`));
      assert.deepEqual(await whoTouched(...many, between, late), ['late']);
    });
  });

  it('keeps requests apart that are under way at the same time', async () => {
    const stack = compose(
      {
        base: [
          pass('session', { writes: ['visitor'] }, async (req, _res, next) => {
            await delay(Number(req.query.wait));
            req.state.visitor = req.query.name as string;
            next();
          }),
        ],
      },
      { reads: ['visitor'] },
    );
    const app = express().use(stack, (req, res) => {
      res.send(req.state.visitor);
    });
    const names = Array.from({ length: 20 }, (_, index) => `visitor-${index}`);
    const answers = await Promise.all(
      names.map((name, index) => request(app).get(`/?name=${name}&wait=${(index * 7) % 11}`)),
    );
    assert.deepEqual(
      answers.map(({ text }) => text),
      names,
    );
  });

  it('shows a middleware what it declares, and the application everything but losing keys, in JSON and on the console', async () => {
    const seen: string[] = [];
    const stack = compose(
      {
        base: [
          write('key', 'visitor', 'lost'),
          write('theme', 'theme', 'dark'),
          pass('look', { reads: ['theme'] }, (req, _res, next) => {
            seen.push(JSON.stringify(req.state), inspect(req.state));
            next();
          }),
        ],
        top: [write('cookie', 'tenant', 't1')],
      },
      { exclusive: { identity: ['visitor', 'tenant'] } },
    );
    const {
      response,
      stack: { conflicts },
    } = await serve(stack, '/', (req, res) => void res.json(req.state));
    assert.deepEqual(seen, ['{"theme":"dark"}', "{ theme: 'dark' }"]);
    assert.deepEqual(response.body, { theme: 'dark', tenant: 't1' });
    assert.deepEqual(
      conflicts.map(({ id }) => id),
      ['S302'],
    );
  });

  it('takes an object in place of req.state for writes of its keys, and records it', async () => {
    const stack = compose(
      {
        base: [
          write('session', 'visitor', 'ada'),
          pass('replace', {}, (req, _res, next) => {
            Object.assign(req, { state: { visitor: 'eve' } });
            next();
          }),
        ],
      },
      { reads: ['visitor'] },
    );
    const { state, stack: seen } = await serve(stack);
    assert.equal(state?.visitor, 'eve');
    assert.deepEqual(
      seen.conflicts.map(({ id, key, middlewares }) => [id, key, middlewares]),
      [
        ['S309', undefined, ['replace']],
        ['S304', 'visitor', ['replace']],
      ],
    );
  });

  it('keeps what the host, or a stack further out, had put into req.state', async () => {
    const outer = compose({ base: [write('session', 'visitor', 'ada')] }, { reads: ['visitor'] });
    const inner = compose(
      {
        base: [
          pass('greet', { reads: ['visitor'], writes: ['theme'] }, (req, _res, next) => {
            req.state.theme = `of ${req.state.visitor ?? 'nobody'}`;
            next();
          }),
        ],
      },
      { given: ['visitor'], reads: ['theme'] },
    );
    const host = express.Router().use(
      (req, _res, next) => {
        Object.assign(req, { state: { plan: 'free' } });
        next();
      },
      outer,
      inner,
    );
    const { state, stack: seen } = await serve(host);
    assert.equal(state?.theme, 'of ada');
    assert.equal(state.visitor, 'ada');
    assert.equal((state as Loose).plan, 'free');
    assert.deepEqual(seen.order, ['greet']);
    assert.deepEqual(seen.outer?.order, ['session']);
    assert.deepEqual(seen.conflicts, []);
  });

  it('lets nobody bring a losing key in from outside', async () => {
    const stack = compose(
      { base: [write('key', 'visitor', 'x')], top: [write('cookie', 'tenant', 't1')] },
      { exclusive: { identity: ['visitor', 'tenant'] }, onConflict: 'record' },
    );
    const host = express.Router().use((req, _res, next) => {
      Object.assign(req, { state: { visitor: 'smuggled' } });
      next();
    }, stack);
    const { state } = await serve(host);
    assert.equal(state?.visitor, undefined);
    assert.equal(state?.tenant, 't1');
  });

  it('works with more keys than fit into one integer', async () => {
    const keys = Array.from({ length: 70 }, (_, index) => `key_${index}`);
    const stack = compose({
      base: [
        pass('all', { writes: keys }, (req, _res, next) => {
          for (const key of keys) (req.state as Loose)[key] = key;
          next();
        }),
        pass('sum', { reads: keys }, (req, res, next) => {
          res.set('Sum', String(keys.filter((key) => (req.state as Loose)[key] === key).length));
          next();
        }),
      ],
    });
    const { response, stack: seen } = await serve(stack);
    assert.equal(response.get('Sum'), '70');
    assert.deepEqual(seen.conflicts, []);
    assert.deepEqual([...(seen.entries[0]?.writes ?? [])].sort(), [...keys].sort());
    assert.deepEqual([...(seen.entries[1]?.reads ?? [])].sort(), [...keys].sort());
  });
});

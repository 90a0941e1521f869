import assert from 'node:assert/strict';
import express, { type Request } from 'express';
import request from 'supertest';
import { compose, type ComposeOptions, type Conflict, type ConflictReaction } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

import './state-keys.ts';

/** A stack in which `session` writes a value that it has not declared. */
const sloppy = (options: ComposeOptions) =>
  compose(
    {
      base: [
        pass('other', { writes: ['visitor', 'theme'] }),
        pass('session', {}, (req, _res, next) => {
          req.state.visitor = 'secret-value';
          next();
        }),
      ],
    },
    { silence: ['S202'], ...options },
  );

/** A log that keeps its lines. */
function recorder() {
  const lines: { details: object; message: string }[] = [];
  return { lines, log: { warn: (details: object, message: string) => lines.push({ details, message }) } };
}

describe('onConflict', () => {
  it("by default, and with 'warn', logs one line for each kind and pair, however many requests there are", async () => {
    for (const options of [{}, { onConflict: 'warn' as const }]) {
      const { lines, log } = recorder();
      const stack = sloppy({ log, ...options });
      for (let requests = 0; requests < 3; requests++) {
        const { stack: seen } = await serve(stack);
        assert.equal(seen.conflicts.length, 1);
      }
      assert.deepEqual(lines, [
        {
          details: {
            conflict: {
              id: 'S304',
              kind: 'undeclared write',
              key: 'visitor',
              middlewares: ['session'],
              kept: undefined,
            },
          },
          message:
            'S304 session writes "visitor" without declaring it. Further ones of this kind are not logged. See openhands-express/docs/diagnostics.md#s304-undeclared-write',
        },
      ]);
    }
  });

  it("with 'record' only writes it down", async () => {
    const { lines, log } = recorder();
    const { stack: seen, response } = await serve(sloppy({ log, onConflict: 'record' }));
    assert.equal(seen.conflicts.length, 1);
    assert.equal(response.status, 200);
    assert.deepEqual(lines, []);
  });

  it("with 'error' throws at its cause, and has it logged as well", async () => {
    const { lines, log } = recorder();
    const { stack: seen, response } = await serve(sloppy({ log, onConflict: 'error' }));
    assert.deepEqual(
      [response.status, response.text],
      [
        500,
        'S304 (undeclared write): session writes "visitor" without declaring it. See openhands-express/docs/diagnostics.md#s304-undeclared-write',
      ],
    );
    assert.deepEqual(
      seen.entries.map(({ outcome }) => outcome),
      ['next', 'error'],
    );
    assert.equal(lines.length, 1);
  });

  it("with 'error' throws at a handler that calls next a second time, and lets the first call count", async () => {
    const errors: unknown[] = [];
    const stack = compose(
      {
        base: [
          pass('twice', {}, (_req, _res, next) => {
            next();
            try {
              next();
            } catch (error) {
              errors.push((error as { code: unknown }).code);
            }
          }),
        ],
      },
      { onConflict: 'error' },
    );
    assert.equal((await serve(stack)).response.text, 'behind');
    assert.deepEqual(errors, ['stack_conflict']);
  });

  it('with a function calls it each time, with the conflict and the request', async () => {
    const calls: [Conflict, Request][] = [];
    const stack = sloppy({
      onConflict(conflict, req) {
        calls.push([conflict, req]);
        return undefined;
      },
    });
    await serve(stack, '/one');
    await serve(stack, '/two');
    assert.deepEqual(
      calls.map(([{ id, key, count }, { path }]) => [id, key, count, path]),
      [
        ['S304', 'visitor', 1, '/one'],
        ['S304', 'visitor', 1, '/two'],
      ],
    );
  });

  it("follows what a function returns, and takes nothing for 'warn'", async () => {
    const outcome = async (reaction: ConflictReaction | undefined) => {
      const { lines, log } = recorder();
      const { response } = await serve(sloppy({ log, onConflict: () => reaction }));
      return [response.status, lines.length];
    };
    assert.deepEqual(await outcome(undefined), [200, 1]);
    assert.deepEqual(await outcome('warn'), [200, 1]);
    assert.deepEqual(await outcome('record'), [200, 0]);
    assert.deepEqual(await outcome('error'), [500, 1]);
  });

  it('hands an error of the function itself on as one of the middleware', async () => {
    const { response } = await serve(
      sloppy({
        onConflict: () => {
          throw new Error('no conflicts here');
        },
      }),
    );
    assert.deepEqual([response.status, response.text], [500, 'no conflicts here']);
  });

  it('counts a conflict that happens again on one request, and keeps one entry of it', async () => {
    const stack = compose(
      {
        base: [
          pass('other', { writes: ['visitor', 'theme'] }),
          pass('session', {}, (req, _res, next) => {
            for (const visitor of ['a', 'b', 'c']) req.state.visitor = visitor;
            req.state.theme = 'dark';
            next();
          }),
        ],
      },
      { silence: ['S202'] },
    );
    const { stack: seen } = await serve(stack);
    assert.deepEqual(
      seen.conflicts.map(({ key, count }) => [key, count]),
      [
        ['visitor', 3],
        ['theme', 1],
      ],
    );
  });

  it('counts what one middleware does with one key apart, as reading is another kind than writing', async () => {
    const both = pass('both', {}, (req, _res, next) => {
      for (let turn = 0; turn < 2; turn++) req.state.visitor = String(req.state.visitor);
      next();
    });
    const base = [pass('other', { writes: ['visitor'] }), both];
    const { stack: seen } = await serve(compose({ base }, { silence: ['S202'], onConflict: 'record' }));
    assert.deepEqual(
      seen.conflicts.map(({ id, count }) => [id, count]),
      [
        ['S305', 2],
        ['S304', 2],
      ],
    );
  });

  it('never shows a value: not in a conflict, a log line, an error or req.stack', async () => {
    const { lines, log } = recorder();
    const seen: unknown[] = [];
    for (const onConflict of ['error', 'warn'] as const) {
      const { stack, response } = await serve(sloppy({ log, onConflict }));
      seen.push(stack, stack.conflicts, stack.entries, response.text);
    }
    assert.equal(lines.length, 2);
    assert.doesNotMatch(JSON.stringify([seen, lines]), /secret-value/);
  });

  it('does not let keys from outside fill the memory or the log', async () => {
    const { lines, log } = recorder();
    const stack = compose(
      {
        base: [
          pass('mirror', {}, (req, _res, next) => {
            const state = req.state as Record<string, unknown>;
            for (let index = 0; index < 500; index++) state[`${req.path}-${index}`] = true;
            next();
          }),
        ],
      },
      { log },
    );
    const app = express().use(stack, (req, res) => void res.json(req.stack.conflicts.length));
    for (const path of ['/a', '/b', '/c']) {
      const { body } = await request(app).get(path);
      assert.equal(body, 100);
    }
    assert.equal(lines.length, 1000);
  });
});

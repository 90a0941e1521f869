import assert from 'node:assert/strict';
import { compose, type Conflict } from '../../lib/compose.ts';
import { pass } from './pass.ts';
import { serve } from './serve.ts';

import './state-keys.ts';

/** Writes a key that it has not declared, and another one when what `keep` is given is called. */
const careless = (keep?: (write: () => void) => void) =>
  pass('careless', {}, (req, _res, next) => {
    (req.state as Record<string, unknown>).tenant = 'acme';
    const { state } = req;
    keep?.(() => ((state as Record<string, unknown>).theme = 'dark'));
    next();
  });

describe('stack.observe', () => {
  it('tells of each request as it enters, before the first middleware', async () => {
    const seen: string[] = [];
    const stack = compose({
      base: [
        pass('first', {}, (_req, _res, next) => {
          seen.push('first');
          next();
        }),
      ],
    });
    stack.observe({
      request: (req, res) => {
        seen.push(`${req.method} ${req.path} ${String(res.headersSent)} ${req.stack.order.join()}`);
      },
    });
    await serve(stack, '/a');
    assert.deepEqual(seen, ['GET /a false first', 'first']);
  });

  it('has every entry timed on every request', async () => {
    const stack = compose({ base: [pass('one', {}), pass('two', {})] });
    stack.observe({});
    for (let request = 0; request < 3; request++) {
      const { stack: ran } = await serve(stack);
      assert.ok(
        ran.entries.every(({ duration }) => duration !== undefined && duration >= 0),
        JSON.stringify(ran.entries),
      );
    }
  });

  it('tells of a conflict when it arises, even after the answer', async () => {
    const conflicts: [Conflict, string][] = [];
    let writeLate = (): void => assert.fail('nothing was kept');
    const stack = compose({ base: [careless((write) => (writeLate = write))] }, { onConflict: 'record' });
    stack.observe({ conflict: (conflict, req) => void conflicts.push([conflict, req.path]) });
    const { stack: ran } = await serve(stack, '/b');
    assert.deepEqual(
      conflicts.map(([{ id, key }, path]) => [id, key, path]),
      [['S304', 'tenant', '/b']],
    );
    writeLate();
    assert.deepEqual(
      conflicts.map(([{ key }]) => key),
      ['tenant', 'theme', 'theme'],
      'undeclared, and too late',
    );
    assert.deepEqual(ran.conflicts, [...new Set(conflicts.map(([conflict]) => conflict))]);
  });

  it('tells nothing more once it is ended', async () => {
    let requests = 0;
    const stack = compose({ base: [careless()] }, { onConflict: 'record' });
    const end = stack.observe({ request: () => requests++, conflict: () => requests++ });
    await serve(stack);
    assert.equal(requests, 2);
    end();
    await serve(stack);
    assert.equal(requests, 2);
  });
});

import assert from 'node:assert/strict';
import { compose, defineErrorMiddleware } from '../../lib/compose.ts';
import { pass } from './pass.ts';

import './state-keys.ts';

describe('stack.outline', () => {
  const base = [
    pass('cors', { headers: ['Vary'] }),
    pass('visitor', { writes: ['visitor'] }),
    defineErrorMiddleware({ name: 'failed', handle: (error, _req, _res, next) => next(error) }),
  ];
  const middle = [pass('better-cors', { overrides: 'cors', headers: ['Vary'] })];
  const top = [
    pass('best-cors', { overrides: 'better-cors', headers: ['Vary'] }),
    pass('tenant', { reads: ['locale'], writes: ['tenant'] }),
  ];
  const stack = compose(
    { base, middle, top },
    {
      exclusive: { owner: ['visitor', 'tenant'], look: ['visitor', 'theme'], nobody: ['locale'] },
      given: ['locale'],
      reads: ['tenant'],
    },
  );

  it('names the layers, the outermost first', () => {
    assert.deepEqual(stack.outline.layers, ['top', 'middle', 'base']);
  });

  it('has the plan and the diagnostics of the stack', () => {
    assert.equal(stack.outline.plan, stack.plan);
    assert.equal(stack.outline.diagnostics, stack.diagnostics);
    assert.deepEqual(
      stack.outline.plan.map(({ name, handlesErrors }) => [name, handlesErrors]),
      stack.plan.map(({ name }) => [name, name === 'failed' ? true : undefined]),
    );
  });

  it('tells who is replaced, by whom, over several layers', () => {
    assert.deepEqual(
      stack.outline.replaced.map(({ name, layer, by }) => [name, layer, by]),
      [
        ['better-cors', 'middle', 'best-cors'],
        ['cors', 'base', 'best-cors'],
      ],
    );
    assert.match(stack.outline.replaced[0]!.at, /outline\.test\.ts:\d+$|pass\.ts:\d+$/);
  });

  it('tells how each exclusive group was settled', () => {
    assert.deepEqual(stack.outline.groups, [
      { name: 'owner', keys: ['visitor', 'tenant'], winner: { key: 'tenant', middleware: 'tenant' } },
      { name: 'look', keys: ['visitor', 'theme'], winner: { key: 'visitor', middleware: 'visitor' } },
      { name: 'nobody', keys: ['locale'], winner: undefined },
    ]);
  });

  it('tells what comes from outside, and what the routes read', () => {
    assert.deepEqual(stack.outline.given, ['locale']);
    assert.deepEqual(stack.outline.routeReads, ['tenant']);
  });

  it('survives being sent as JSON', () => {
    const sent: unknown = JSON.parse(JSON.stringify(stack.outline));
    assert.deepEqual((sent as { layers: unknown }).layers, ['top', 'middle', 'base']);
  });
});

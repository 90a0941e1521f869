import assert from 'node:assert/strict';
import { orderLines } from '../../../lib/cli/stack-lock.ts';
import { compose, type Layers } from '../../../lib/compose.ts';
import { orderOf, pass } from '../pass.ts';

import '../state-keys.ts';

const act = (): void => undefined;
const before = (name: string, declaration = {}) => pass(name, { beforeHeaders: act, ...declaration });
const after = (name: string, declaration = {}) => pass(name, { afterResponse: act, ...declaration });
const idsOf = (layers: Layers) => compose(layers).diagnostics.map(({ id }) => id);

describe('The plan of the way back', () => {
  it('has the higher layer act last, and within a layer the one that runs first', () => {
    const stack = compose({ base: [before('a'), after('b'), before('c')], top: [before('d'), after('e')] });
    assert.deepEqual(stack.wayBack, { beforeHeaders: ['c', 'a', 'd'], afterResponse: ['b', 'e'] });
  });

  it('goes by the layers, also where the way in turns them around', () => {
    const stack = compose({
      base: [before('visitor', { writes: ['visitor'] })],
      top: [before('greet', { reads: ['visitor'] })],
    });
    assert.deepEqual(orderOf(stack), ['visitor', 'greet']);
    assert.deepEqual(stack.wayBack.beforeHeaders, ['visitor', 'greet']);
  });

  it('takes the layer of the one that stands in for another', () => {
    const stack = compose({ base: [before('a'), before('b')], top: [before('c', { overrides: 'a' })] });
    assert.deepEqual(orderOf(stack), ['c', 'b']);
    assert.deepEqual(stack.wayBack.beforeHeaders, ['b', 'c']);
  });

  it('lets what is read then put nobody behind anybody, and asks for nobody who writes it', () => {
    const layers = {
      base: [pass('failed', { after: ['visitor'] }), pass('visitor', { writes: ['visitor'] })],
      top: [after('log', { readsAfter: ['visitor', 'req.user'] })],
    };
    const stack = compose(layers);
    assert.deepEqual(orderOf(stack), ['log', 'visitor', 'failed']);
    assert.deepEqual(stack.diagnostics, []);
    assert.deepEqual(compose({ top: layers.top }).diagnostics, []);
  });

  it('counts a read then as a read: the key is not "written and never read", and a losing key is always undefined', () => {
    const visitor = pass('visitor', { writes: ['visitor'] });
    assert.deepEqual(idsOf({ base: [visitor] }), ['S202']);
    assert.deepEqual(idsOf({ base: [visitor, after('log', { readsAfter: ['visitor'] })] }), []);
    const { diagnostics } = compose(
      {
        base: [visitor, after('log', { readsAfter: ['visitor'] })],
        top: [pass('tenant', { writes: ['tenant'] })],
      },
      { exclusive: { owner: ['visitor', 'tenant'] }, reads: ['tenant'] },
    );
    assert.deepEqual(
      diagnostics.map(({ id, middleware }) => [id, middleware]),
      [['S203', 'log']],
    );
  });

  it('is told by each entry, the outline, the table, the flowchart, JSON and the lines of the lock file', () => {
    const stack = compose({
      base: [pass('visitor', { writes: ['visitor'] }), before('language', { headers: ['Content-Language'] })],
      top: [pass('log', { readsAfter: ['visitor'], beforeHeaders: act, afterResponse: act })],
    });
    assert.deepEqual(
      stack.plan.map(({ name, readsAfter, beforeHeaders, afterResponse }) => [
        name,
        readsAfter,
        beforeHeaders,
        afterResponse,
      ]),
      [
        ['log', ['visitor'], true, true],
        ['visitor', [], undefined, undefined],
        ['language', [], true, undefined],
      ],
    );
    assert.equal(
      stack.print(),
      [
        '   name      layer  writes   reads after  because',
        '1  log       top             visitor      number 1 of top',
        '2  visitor   base   visitor               number 1 of base',
        '3  language  base                         number 2 of base',
        '',
        'before the headers: language, then log',
        'after the response: log',
      ].join('\n'),
    );
    assert.ok(stack.print('mermaid').endsWith('\n  m1 -. "visitor" .-> m0'));
    const wayBack = { beforeHeaders: ['language', 'log'], afterResponse: ['log'] };
    assert.deepEqual(stack.outline.wayBack, wayBack);
    assert.deepEqual((JSON.parse(stack.print('json')) as { wayBack: unknown }).wayBack, wayBack);
    assert.deepEqual(orderLines(stack), [
      'log (top)',
      'visitor (base)',
      'language (base)',
      'before the headers: language (base)',
      'before the headers: log (top)',
      'after the response: log (top)',
    ]);
  });
});

describe('A header that is set on the way back', () => {
  const headers = ['X-Language'];

  it('is no conflict where the higher layer sets it, which has the last word, whoever runs first', () => {
    assert.deepEqual(idsOf({ base: [pass('low', { headers })], top: [before('high', { headers })] }), []);
    assert.deepEqual(idsOf({ base: [before('low', { headers })], top: [before('high', { headers })] }), []);
  });

  it('overwrites that of a higher layer which sets it on the way in: S204', () => {
    const layers = { base: [before('low', { headers })], top: [pass('high', { headers, after: ['low'] })] };
    const [found, ...others] = compose(layers).diagnostics;
    assert.deepEqual([found?.id, found?.middlewares, others], ['S204', ['low', 'high'], []]);
    assert.match(found?.hint ?? '', /set it there in beforeHeaders too/);
  });

  it('is a tie where two of one layer set it, on whichever way: S110', () => {
    assert.throws(() => compose({ base: [before('a', { headers }), pass('b', { headers })] }), /S110/);
    assert.throws(() => compose({ base: [before('a', { headers }), before('b', { headers })] }), /S110/);
  });

  it('is missing on an answer from further out, which its middleware has not seen: S205', () => {
    const ends = pass('limit', { ends: [429] });
    assert.deepEqual(idsOf({ base: [ends, before('language', { headers })] }), ['S205']);
    assert.deepEqual(idsOf({ base: [before('language', { headers }), ends] }), []);
  });
});

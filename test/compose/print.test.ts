import assert from 'node:assert/strict';
import { compose } from '../../lib/compose.ts';
import { pass } from './pass.ts';

const stack = compose(
  {
    base: [pass('session', { writes: ['visitor'] }), pass('greet', { path: '/api', reads: ['visitor'] })],
    top: [pass('say "hi"'), pass('sso', { overrides: 'session', writes: ['visitor', 'tenant'] })],
  },
  {},
);

describe('stack.print', () => {
  it('gives a table, with the warnings below it', () => {
    assert.deepEqual(stack.print().split('\n').slice(0, 7), [
      '   name               layer  path  reads    writes          because',
      '1  say "hi"           top                                   number 1 of top',
      '2  sso (for session)  top                   visitor tenant  takes the place of session (number 1 of base)',
      '3  greet              base   /api  visitor                  number 2 of base; reads visitor, which sso writes',
      '',
      '  warning S202 (written and never read): sso (top) writes "tenant", which nobody reads.',
      '    at test/compose/pass.ts:27',
    ]);
    assert.equal(stack.print('table'), stack.print());
  });

  it('leaves out the columns that nobody fills', () => {
    assert.equal(
      compose({ base: [pass('a')] }).print(),
      '   name  layer  because\n1  a     base   number 1 of base',
    );
  });

  it('gives a Mermaid flowchart: the layers, the order, and who hands which key to whom', () => {
    assert.equal(
      stack.print('mermaid'),
      [
        'flowchart TB',
        '  subgraph l0["top"]',
        '    m0["say #quot;hi#quot;"]',
        '    m1["sso"]',
        '  end',
        '  subgraph l1["base"]',
        '    m2["greet"]',
        '  end',
        '  m0 --> m1',
        '  m1 --> m2',
        '  m1 -. "visitor" .-> m2',
      ].join('\n'),
    );
  });

  it('gives JSON with the plan and the diagnostics', () => {
    const { plan, diagnostics } = JSON.parse(stack.print('json')) as {
      plan: { name: string }[];
      diagnostics: { id: string }[];
    };
    assert.deepEqual(
      plan.map(({ name }) => name),
      ['say "hi"', 'sso', 'greet'],
    );
    assert.deepEqual(
      diagnostics.map(({ id }) => id),
      ['S202'],
    );
    assert.deepEqual(plan, JSON.parse(JSON.stringify(stack.plan)));
  });

  it('refuses another format', () => {
    assert.throws(() => stack.print('yaml' as 'json'), /print\(\) takes 'table', 'mermaid' or 'json'/);
  });
});

import assert from 'node:assert/strict';
import type { RequestRecord } from '../../lib/inspector/index.ts';
import { pageModule, record } from './page-modules.ts';

const { exportOf, textOf } =
  await pageModule<
    Record<
      'exportOf' | 'textOf',
      (
        request: RequestRecord,
        outline: { readonly plan: readonly { readonly name: string; readonly layer: string }[] },
      ) => unknown
    >
  >('export.js');

const OUTLINE = {
  plan: [
    { name: 'session', layer: 'cloud', index: 0, source: '/home/somebody/stack.ts:3' },
    { name: 'guard', layer: 'base', index: 1, source: '/home/somebody/stack.ts:9' },
  ],
};

describe('A request that is exported', () => {
  const step = { duration: 1, reads: ['user'], writes: [], wayBack: undefined };
  const conflict = {
    id: 'S302',
    kind: 'write of a losing key',
    message: 'as the log says it',
    key: 'github_token',
    middlewares: ['session'],
    kept: undefined,
    count: 1,
  } as const;
  const request = record({
    at: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    path: '/api/a?token=tell-nobody',
    status: 403,
    headers: ['vary'],
    steps: [
      { outcome: 'next', ...step },
      { outcome: 'ended', ...step },
    ],
    conflicts: [conflict],
  });

  it('says who did what by name, when, and nothing of where a file lies', () => {
    assert.deepEqual(JSON.parse(textOf(request, OUTLINE) as string), {
      request: {
        at: '2026-01-02T03:04:05.006Z',
        method: 'GET',
        path: '/api/a',
        outcome: 'answered',
        status: 403,
        duration: 1,
        headers: ['vary'],
      },
      middlewares: [
        { name: 'session', layer: 'cloud', outcome: 'next', duration: 1, reads: ['user'], writes: [] },
        { name: 'guard', layer: 'base', outcome: 'ended', duration: 1, reads: ['user'], writes: [] },
      ],
      routes: { outcome: 'reached', duration: 1, reads: [], writes: [] },
      conflicts: [
        {
          id: 'S302',
          kind: 'write of a losing key',
          key: 'github_token',
          middlewares: ['session'],
          count: 1,
        },
      ],
    });
  });

  it('names the process that had it, where there are several', () => {
    const named = JSON.parse(textOf({ ...request, process: 'worker 2' }, OUTLINE) as string) as {
      readonly request: { readonly process?: string };
    };
    assert.equal(named.request.process, 'worker 2');
  });

  it('takes nothing along that a later record might hold', () => {
    const more = { ...request, query: 'tell-nobody', cookies: 'tell-nobody', body: { token: 'tell-nobody' } };
    assert.deepEqual(exportOf(more, OUTLINE), exportOf(request, OUTLINE));
    assert.ok(!(textOf(more, OUTLINE) as string).includes('tell-nobody'));
  });
});

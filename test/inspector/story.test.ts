import assert from 'node:assert/strict';
import { compose, type Conflict, type StackOutline } from '../../lib/compose.ts';
import type { RequestRecord, StepRecord } from '../../lib/inspector/index.ts';
import { pass } from '../compose/pass.ts';

import '../compose/state-keys.ts';

type Part = string | { readonly code: string };
interface Story {
  readonly storyOf: (
    request: RequestRecord,
    outline: StackOutline,
  ) => readonly { readonly tone: string; readonly parts: readonly Part[] }[];
}

// The page is plain JavaScript, which the compiler checks by itself (tsconfig.page.json).
const page = new URL('../../lib/inspector/page/story.js', import.meta.url);
const { storyOf } = (await import(page.href)) as Story;

const { outline } = compose(
  {
    oss: ['settings', 'github-token', 'log', 'headers', 'last'].map((name) => pass(name)),
    enterprise: [pass('cookies'), pass('github-user', { writes: ['tenant'] })],
  },
  { exclusive: { identity: ['visitor', 'tenant'] }, reads: ['tenant'] },
);

const step = (outcome: StepRecord['outcome'] = 'next', more: Partial<StepRecord> = {}): StepRecord => ({
  outcome,
  duration: 0.5,
  reads: [],
  writes: [],
  wayBack: undefined,
  ...more,
});

const conflict = (id: Conflict['id'], more: Partial<Conflict> = {}): Conflict => ({
  id,
  kind: 'held-back write',
  message: 'github-token does something new.',
  key: 'visitor',
  middlewares: ['github-token', 'github-user'],
  kept: { key: 'tenant', middleware: 'github-user' },
  count: 1,
  ...more,
});

const requestThrough = (steps: readonly StepRecord[]): RequestRecord => ({
  id: 1,
  at: new Date(2026, 0, 2, 3, 4, 5, 6).getTime(),
  method: 'GET',
  path: '/api/settings',
  outcome: 'answered',
  status: 200,
  duration: 12.34,
  steps,
  routes: { outcome: 'reached', duration: 3, reads: [], writes: [] },
  conflicts: [],
  headers: [],
  isStatic: false,
});

/** The story of a request through all seven, as text; sentences with another tone than the plain one say so. */
function tell(
  changes: Partial<RequestRecord> & { at?: number } = {},
  steps: Record<number, StepRecord> = {},
) {
  const request: RequestRecord = {
    ...requestThrough(Array.from({ length: 7 }, (_, position) => steps[position] ?? step())),
    ...changes,
  };
  return storyOf(request, outline).map(({ tone, parts }) => {
    const text = parts.map((part) => (typeof part === 'string' ? part : `\`${part.code}\``)).join('');
    return tone === 'plain' ? text : `${tone}: ${text}`;
  });
}

describe('The story of a request', () => {
  it('begins with what came and ends with who answered, and counts those of whom there is nothing to say', () => {
    assert.deepEqual(tell(), [
      '`GET /api/settings` came at 03:04:05.006 and was answered with 200 after 12 ms.',
      'quiet: `cookies`, `github-user`, `settings` and 4 more let it through.',
      'The routes behind the stack answered with 200 after 3.0 ms.',
    ]);
  });

  it('tells who read and wrote what, in the order of running', () => {
    const story = tell(
      { routes: { outcome: 'reached', duration: 0.001, reads: ['tenant'], writes: [] } },
      {
        0: step('next', { writes: ['session', 'theme'] }),
        1: step('next', { reads: ['session'], writes: ['tenant'], duration: 0.123 }),
      },
    );
    assert.deepEqual(story.slice(1), [
      '`cookies` (enterprise) wrote `session` and `theme` and handed it on after 0.50 ms.',
      '`github-user` (enterprise) read `session`, wrote `tenant` and handed it on after 0.12 ms.',
      'quiet: `settings`, `github-token`, `log` and 2 more let it through.',
      'The routes behind the stack read `tenant` and answered with 200 after <0.01 ms.',
    ]);
  });

  it('tells that a losing key was written, and who decides instead', () => {
    const story = tell({ conflicts: [conflict('S302')] }, { 3: step('next', { writes: ['visitor'] }) });
    assert.deepEqual(story.slice(2, 4), [
      '`github-token` (oss) handed it on after 0.50 ms.',
      'conflict: `github-token` (oss) wrote `visitor`; ignored, because `github-user` (enterprise) decides `identity` with `tenant`. [S302]',
    ]);
  });

  it('has a sentence for every kind of conflict, and a newer engine’s own words for one it does not know', () => {
    const said = (id: string, more: Partial<Conflict> = {}) =>
      tell({ conflicts: [conflict(id as Conflict['id'], more)] })
        .find((sentence) => sentence.startsWith('conflict: '))
        ?.slice('conflict: `github-token` (oss) '.length);
    assert.equal(
      said('S301'),
      'wrote `visitor`; held back, because `github-user` (enterprise), which is higher, has written it. [S301]',
    );
    assert.equal(
      said('S303'),
      'read `visitor` and found nothing, because `github-user` (enterprise) decides `identity` with `tenant`. [S303]',
    );
    assert.equal(said('S304'), 'wrote `visitor` without declaring it. [S304]');
    assert.equal(said('S305'), 'read `visitor` without declaring it. [S305]');
    assert.equal(said('S306'), 'wrote `visitor` after the response had been sent. [S306]');
    assert.equal(
      said('S307', { count: 3 }),
      'called next() a second time; only the first call counts. (3 times) [S307]',
    );
    assert.equal(
      said('S308'),
      'failed after it had called next(): nobody further in gets that error. [S308]',
    );
    assert.equal(said('S399'), 'does something new. [S399]');
  });

  it('tells a conflict of the routes, too', () => {
    const story = tell({
      conflicts: [conflict('S303', { middlewares: ['application', 'github-user'] })],
      routes: { outcome: 'reached', duration: 1, reads: ['visitor'], writes: [] },
    });
    assert.deepEqual(story.slice(-2), [
      'The routes behind the stack answered with 200 after 1.0 ms.',
      'conflict: The routes behind the stack read `visitor` and found nothing, because `github-user` (enterprise) decides `identity` with `tenant`. [S303]',
    ]);
  });

  it('tells who ended the response, and who never saw the request', () => {
    const skipped = step('skipped', { duration: undefined });
    const story = tell(
      { status: 429, routes: { outcome: 'unreached', duration: undefined, reads: [], writes: [] } },
      { 1: step('ended'), 2: skipped, 3: skipped, 4: skipped, 5: skipped, 6: skipped },
    );
    assert.deepEqual(story.slice(1), [
      'quiet: `cookies` let it through.',
      'end: `github-user` (enterprise) answered it with 429 after 0.50 ms: it went no further.',
      'quiet: `settings`, `github-token`, `log` and 2 more never saw it.',
    ]);
  });

  it('tells who made the error that left the stack', () => {
    const story = tell(
      { status: 500, routes: { outcome: 'failed', duration: 1, reads: [], writes: [] } },
      { 5: step('error'), 6: step('skipped') },
    );
    assert.deepEqual(story.slice(2), [
      'end: `headers` (oss) handed on an error after 0.50 ms.',
      'quiet: `last` never saw it.',
      'end: The error left the stack, and no route saw the request; the error handler answered with 500 after 1.0 ms.',
    ]);
  });

  it('tells whom the request did not concern, and who has it now', () => {
    const story = tell(
      {
        outcome: 'pending',
        status: undefined,
        duration: 23_456,
        routes: { outcome: 'unreached', duration: undefined, reads: [], writes: [] },
      },
      { 0: step('passed'), 1: step('running', { duration: undefined }) },
    );
    assert.deepEqual(story.slice(0, 3), [
      '`GET /api/settings` came at 03:04:05.006 and has been on its way for 23.5 s.',
      'quiet: `cookies` did not concern it.',
      '`github-user` (enterprise) has it now.',
    ]);
  });

  it('tells that the client gave up', () => {
    const [first, , ...rest] = tell({ outcome: 'aborted', status: undefined, duration: 80 });
    assert.match(first!, /was given up by the client after 80 ms, without an answer\.$/);
    assert.deepEqual(rest, ['The routes behind the stack never answered.']);
  });

  it('tells which process had it, and that it was lost with it', () => {
    assert.match(
      tell({ process: 'worker 2' })[0]!,
      / came at 03:04:05\.006 to worker 2 and was answered with 200/,
    );
    const [first, , ...rest] = tell({
      process: 'worker 2',
      outcome: 'lost',
      status: undefined,
      duration: 80,
    });
    assert.match(first!, /was lost sight of after 80 ms, when worker 2 ended\.$/);
    assert.deepEqual(rest, ['The routes behind the stack had it last.']);
  });

  it('tells what was done on the way back, in the order of acting, and not what was not', () => {
    const act = () => undefined;
    const { outline: both } = compose({
      oss: [pass('low', { beforeHeaders: act })],
      enterprise: [pass('high', { beforeHeaders: act, afterResponse: act, readsAfter: ['tenant'] })],
    });
    const back = { reads: [], writes: [] };
    const record = (high: StepRecord['wayBack'], low: StepRecord['wayBack']): string[] =>
      storyOf({ ...requestThrough([step('next', { wayBack: high }), step('next', { wayBack: low })]) }, both)
        .map(
          ({ tone, parts }) =>
            `${tone}: ${parts.map((part) => (typeof part === 'string' ? part : part.code)).join('')}`,
        )
        .filter((line) => line.includes('way back'));
    assert.deepEqual(
      record(
        { ...back, reads: ['tenant'], beforeHeaders: 'done', afterResponse: 'failed' },
        { ...back, beforeHeaders: 'done', afterResponse: undefined },
      ),
      [
        'quiet: On the way back, before the headers were sent, low acted.',
        'quiet: On the way back, before the headers were sent, high read tenant and acted.',
        'conflict: On the way back, after the response, high read tenant and failed.',
      ],
    );
    assert.deepEqual(record({ ...back, beforeHeaders: 'pending', afterResponse: 'pending' }, undefined), []);
  });
});

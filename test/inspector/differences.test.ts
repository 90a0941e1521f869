import assert from 'node:assert/strict';
import type { RequestRecord } from '../../lib/inspector/index.ts';
import { conflict, pageModule, record } from './page-modules.ts';

interface Row {
  readonly about: string;
  readonly sides: readonly [string, string];
  readonly differs: boolean;
}
interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}
const { differencesOf } = await pageModule<{
  readonly differencesOf: (
    pair: readonly [RequestRecord, RequestRecord],
    outline: { readonly plan: readonly { readonly name: string }[] },
  ) => Section[];
}>('differences.js');

type Step = RequestRecord['steps'][number];

const PLAN = [{ name: 'session' }, { name: 'guard' }, { name: 'guard' }];

const step = (more: Partial<Step> = {}): Step => ({
  outcome: 'next',
  duration: 1,
  reads: [],
  writes: [],
  wayBack: undefined,
  ...more,
});

describe('What differs between two requests', () => {
  const sections = (one: Partial<RequestRecord>, other: Partial<RequestRecord>) =>
    differencesOf([record(one), record(other)], { plan: PLAN });
  const differing = (one: Partial<RequestRecord>, other: Partial<RequestRecord>) =>
    Object.fromEntries(
      sections(one, other)
        .map(({ title, rows }) => [title, rows.filter(({ differs }) => differs)] as const)
        .filter(([, rows]) => rows.length > 0)
        .map(([title, rows]) => [title, rows.map(({ about, sides }) => [about, ...sides])]),
    );

  it('is nothing for the same request, of which all is there all the same', () => {
    const one = { steps: [step(), step(), step({ outcome: 'passed' })], headers: ['vary'] };
    assert.deepEqual(differing(one, one), {});
    assert.deepEqual(
      sections(one, one).map(({ title, rows }) => [title, rows.length]),
      [
        ['The answer', 3],
        ['The way through the stack', 4],
        ['Headers of the answer', 1],
        ['Times', 5],
      ],
    );
  });

  it('is the method, the path and the status, which may not be there yet', () => {
    assert.deepEqual(
      differing({ status: 404 }, { method: 'POST', path: '/b', outcome: 'pending', status: undefined }),
      {
        'The answer': [
          ['method', 'GET', 'POST'],
          ['path', '/api/Settings', '/b'],
          ['status', '404', 'on its way'],
        ],
      },
    );
    assert.deepEqual(differing({}, { outcome: 'aborted', status: undefined }), {
      'The answer': [['status', '200', 'given up']],
    });
  });

  it('is what each middleware did, told apart by its place, with keys and the way back', () => {
    const routes = { duration: 1, reads: [], writes: [] };
    assert.deepEqual(
      differing(
        {
          steps: [
            step({ writes: ['user'] }),
            step(),
            step({ wayBack: { beforeHeaders: 'done', afterResponse: undefined, reads: [], writes: [] } }),
          ],
          routes: { ...routes, outcome: 'reached', reads: ['user'] },
        },
        {
          steps: [step(), step({ outcome: 'ended' }), step({ outcome: 'skipped' })],
          routes: { ...routes, outcome: 'unreached' },
        },
      ),
      {
        'The way through the stack': [
          ['1 session', 'handed it on; wrote user', 'handed it on'],
          ['2 guard', 'handed it on', 'answered it'],
          ['3 guard', 'handed it on; before the headers: done', 'never saw it'],
          ['routes', 'reached; read user', 'not reached'],
        ],
      },
    );
  });

  it('is a conflict or a header that only one of them has', () => {
    assert.deepEqual(
      differing(
        { conflicts: [{ ...conflict, count: 2 }], headers: ['etag', 'vary'] },
        { headers: ['vary', 'location'] },
      ),
      {
        Conflicts: [['S302 github-token github_token', 'write of a losing key, 2 times', '–']],
        'Headers of the answer': [
          ['etag', 'set', '–'],
          ['location', '–', 'set'],
        ],
      },
    );
  });

  it('is no time below a tenth of a millisecond, and the largest difference comes first', () => {
    const steps = (...times: (number | undefined)[]) => times.map((duration) => step({ duration }));
    assert.deepEqual(
      differing(
        { duration: 12, steps: steps(1, 2, undefined) },
        { duration: 21, steps: steps(1.09, 22, 0.5) },
      ),
      {
        Times: [
          ['2 guard', '2.0 ms', '22 ms'],
          ['in all', '12 ms', '21 ms'],
          ['3 guard', '–', '0.50 ms'],
        ],
      },
    );
  });

  it('puts what differs before what is the same, in each section and among them', () => {
    const all = sections({ headers: ['a'] }, { headers: ['b'], status: 500 });
    assert.deepEqual(
      all.map(({ title }) => title),
      ['The answer', 'Headers of the answer', 'The way through the stack', 'Times'],
    );
    assert.deepEqual(
      all[0]?.rows.map(({ about }) => about),
      ['status', 'method', 'path'],
    );
  });
});

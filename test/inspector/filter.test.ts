import assert from 'node:assert/strict';
import type { RequestRecord } from '../../lib/inspector/index.ts';
import { conflict, pageModule, record } from './page-modules.ts';

interface Filter {
  readonly text: string;
  readonly method: string;
  readonly status: string;
  readonly conflicts: boolean;
  readonly files: boolean;
}
interface Reference {
  readonly run: string;
  readonly id: number;
}
interface View {
  readonly filter: Filter;
  readonly request: Reference | undefined;
  readonly compare: readonly Reference[];
}
interface Filters {
  readonly EVERYTHING: Filter;
  readonly isStatus: (status: string) => boolean;
  readonly testOf: (filter: Filter, plan: readonly { name: string }[]) => (request: RequestRecord) => boolean;
}
interface Addresses {
  readonly readAddress: (hash: string) => View;
  readonly writeAddress: (view: View) => string;
}
interface Ids {
  readonly size: number;
  replace(ids: number[]): void;
  newest(index: number): number | undefined;
  newerThan(id: number): number;
  has(id: number): boolean;
  add(id: number): void;
  delete(id: number): void;
}

const { EVERYTHING, isStatus, testOf } = await pageModule<Filters>('filter.js');
const { readAddress, writeAddress } = await pageModule<Addresses>('address.js');
const { SortedIds } = await pageModule<{ SortedIds: new () => Ids }>('sorted-ids.js');

const PLAN = [{ name: 'session' }, { name: 'require-user' }];

describe('The filter of the requests', () => {
  const fits = (filter: Partial<Filter>, request: Partial<RequestRecord> = {}) =>
    testOf({ ...EVERYTHING, ...filter }, PLAN)(record(request));

  it('takes the words of a text from the path, from the process, from who ended it and from its conflicts, in any case', () => {
    const step = { duration: 1, reads: [], writes: [], wayBack: undefined };
    const ended = {
      steps: [
        { outcome: 'next', ...step },
        { outcome: 'ended', ...step },
      ] as const,
    };
    assert.ok(fits({ text: 'SETT api' }));
    assert.ok(!fits({ text: 'settings users' }));
    assert.ok(fits({ text: 'require-u' }, ended));
    assert.ok(fits({ text: 'worker 2' }, { process: 'worker 2' }) && !fits({ text: 'worker 2' }));
    assert.ok(fits({ text: 's302 github_token' }, { conflicts: [conflict] }));
    assert.ok(fits({ text: '.*' }, { path: '/a.*' }) && !fits({ text: '.*' }));
  });

  it('takes a method, and a status by its class, exactly, or several', () => {
    assert.ok(fits({ method: 'GET' }) && !fits({ method: 'POST' }));
    for (const [status, expected] of [
      ['2xx', true],
      ['4xx', false],
      ['200', true],
      ['201', false],
      ['404, 2XX', true],
      ['', true],
      ['pending', false],
    ] as const) {
      assert.equal(fits({ status }), expected, status);
    }
    assert.ok(fits({ status: 'aborted' }, { outcome: 'aborted', status: undefined }));
    assert.ok(fits({ status: 'lost' }, { outcome: 'lost', status: undefined }));
    assert.ok(fits({ status: 'pending' }, { outcome: 'pending', status: undefined }));
  });

  it('does not filter by a status that it does not understand', () => {
    assert.ok(
      isStatus('4xx,404') && isStatus('') && !isStatus('40') && !isStatus('4xx 404') && !isStatus('6xx'),
    );
    assert.ok(fits({ status: '40' }));
  });

  it('leaves static files out, but for those of which there is something to say', () => {
    assert.ok(!fits({}, { isStatic: true }));
    assert.ok(!fits({}, { isStatic: true, status: undefined, outcome: 'pending' }));
    assert.ok(fits({ files: true }, { isStatic: true }));
    assert.ok(fits({}, { isStatic: true, status: 404 }));
    assert.ok(fits({}, { isStatic: true, conflicts: [conflict] }));
  });
});

describe('The address of a view', () => {
  const view = (more: Partial<View> = {}): View => ({
    filter: EVERYTHING,
    request: undefined,
    compare: [],
    ...more,
  });

  it('says all of it, and nothing of what is as ever', () => {
    assert.equal(writeAddress(view()), '');
    const full = view({
      filter: { text: 'a&b=c #ü', method: 'POST', status: '4xx,500', conflicts: true, files: true },
      request: { run: 'c344edd1', id: 17 },
      compare: [
        { run: 'c344edd1', id: 3 },
        { run: 'c344edd1', id: 17 },
      ],
    });
    assert.deepEqual(readAddress(writeAddress(full)), full);
  });

  it('reads what anybody may have written as far as it makes sense', () => {
    for (const hash of [
      '#request=x',
      '#request=1',
      '#request=ab.0',
      '#request=ab.1e3',
      '#compare=ab.1',
      '#%',
      '#=&&',
    ]) {
      assert.deepEqual(readAddress(hash), view(), hash);
    }
    assert.equal(readAddress('#method=post').filter.method, 'POST');
  });
});

describe('The ids of the list', () => {
  it('stay in order, whatever comes and goes, and are found', () => {
    const ids = new SortedIds();
    const expected = new Set<number>();
    let seed = 7;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let turn = 0; turn < 5_000; turn++) {
      const id = random(300) + Math.floor(turn / 20);
      if (random(3) === 0) {
        ids.delete(id);
        expected.delete(id);
      } else {
        ids.add(id);
        expected.add(id);
      }
      const oldest = Math.min(...expected);
      if (random(4) === 0) {
        ids.delete(oldest);
        expected.delete(oldest);
      }
    }
    const sorted = [...expected].sort((a, b) => b - a);
    assert.equal(ids.size, sorted.length);
    assert.deepEqual(
      sorted.map((_, index) => ids.newest(index)),
      sorted,
    );
    assert.equal(ids.newest(sorted.length), undefined);
    for (const [index, id] of sorted.entries())
      assert.deepEqual([ids.newerThan(id), ids.has(id)], [index, true]);
    assert.equal(ids.has(-1), false);
  });
});

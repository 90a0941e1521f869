/** Middlewares that update keys, in random layers with random constraints, beside the rule as it is written down. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compose } from '../../../lib/compose.ts';
import { runsOf } from '../../runs-of.ts';
import { orderOf, pass } from '../pass.ts';

interface Declared {
  readonly name: string;
  readonly rank: number;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly updates: readonly string[];
  readonly after: readonly string[];
}

const KEYS = ['req.body', 'req.user', 'theme'] as const;
const keys = fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 });

/** In order of declaration, the highest layer first; `after` names only earlier ones of one secret order. */
const declarations: fc.Arbitrary<readonly Declared[]> = fc
  .array(
    fc.record({
      rank: fc.nat(2),
      role: fc.constantFrom('reads', 'writes', 'updates', 'updates', 'updates', 'nothing'),
      keys,
      after: fc.uniqueArray(fc.nat(9), { maxLength: 2 }),
      secret: fc.nat(),
    }),
    { minLength: 2, maxLength: 10 },
  )
  .map((all) => {
    // Who writes stands first in the secret order, and who reads last, so that nothing contradicts the keys.
    const height = { writes: 0, updates: 1, nothing: 1, reads: 2 };
    const order = all
      .map(({ role, secret }, index) => ({ index, at: [height[role], secret, index] as const }))
      .sort(({ at: a }, { at: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
      .map(({ index }) => index);
    const written = new Set<string>();
    return all
      .map(({ rank, role, keys: own, after }, index): Declared => {
        const once = own.filter((key) => role !== 'writes' || !written.has(key));
        if (role === 'writes') for (const key of once) written.add(key);
        return {
          name: `m${index}`,
          rank,
          reads: role === 'reads' ? own.map((key) => `${key}?`) : [],
          writes: role === 'writes' ? once : [],
          updates: role === 'updates' ? own : [],
          after: after
            .filter((other) => other < all.length && order.indexOf(other) < order.indexOf(index))
            .map((other) => `m${other}`),
        };
      })
      .sort((a, b) => b.rank - a.rank);
  });

function runningOrder(all: readonly Declared[], shuffle?: number): string[] {
  const layers = Object.fromEntries(
    [0, 1, 2].map((rank) => [
      `layer-${rank}`,
      all
        .filter((one) => one.rank === rank)
        .map(({ name, rank: _, ...declaration }) => pass(name, declaration)),
    ]),
  );
  return orderOf(compose(layers, { silence: ['S202'], shuffle }));
}

/** Who must run before whom, without the order among those who update one key. */
function edgesOf(all: readonly Declared[]): (readonly [string, string])[] {
  return all.flatMap((one) => [
    ...one.after.map((other) => [other, one.name] as const),
    ...all.flatMap((other) => {
      const isBefore = KEYS.some(
        (key) =>
          (one.reads.includes(`${key}?`) && [...other.writes, ...other.updates].includes(key)) ||
          (one.updates.includes(key) && other.writes.includes(key)),
      );
      return isBefore && other !== one ? [[other.name, one.name] as const] : [];
    }),
  ]);
}

/** Of those who update a key: the lower layer first, and within a layer as they are listed. */
function listed(all: readonly Declared[], key: string): string[] {
  return all
    .map(({ name, rank, updates }, index) => ({ name, rank, updates, index }))
    .filter(({ updates }) => updates.includes(key))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ name }) => name);
}

describe('Those who update a key', () => {
  it('run behind who writes it and before who reads it, and keep every other constraint', () => {
    fc.assert(
      fc.property(declarations, (all) => {
        const order = runningOrder(all);
        assert.equal(order.length, all.length);
        for (const [first, then] of edgesOf(all)) {
          assert.ok(
            order.indexOf(first) < order.indexOf(then),
            `${first} before ${then} in ${order.join(' ')}`,
          );
        }
      }),
      { numRuns: runsOf(500) },
    );
  });

  it('run as they are listed, the higher layer last, where nothing else is asked for', () => {
    fc.assert(
      fc.property(declarations, fc.constantFrom(...KEYS), fc.option(fc.nat()), (all, key, seed) => {
        const ofKey = all.map((one) => ({
          ...one,
          after: [],
          updates: one.updates.filter((own) => own === key),
        }));
        const order = runningOrder(ofKey, seed ?? undefined);
        assert.deepEqual(
          order.filter((name) => listed(ofKey, key).includes(name)),
          listed(ofKey, key),
        );
      }),
      { numRuns: runsOf(500) },
    );
  });

  it('change places with one listed before them only if that one has to wait for another of them', () => {
    let changed = 0;
    fc.assert(
      fc.property(declarations, fc.constantFrom(...KEYS), (all, key) => {
        const ofKey = all.map((one) => ({ ...one, updates: one.updates.filter((own) => own === key) }));
        const order = runningOrder(ofKey);
        const before = closureOf(edgesOf(ofKey));
        const inList = listed(ofKey, key);
        for (const [index, one] of inList.entries()) {
          for (const other of inList.slice(index + 1)) {
            if (order.indexOf(other) > order.indexOf(one)) continue;
            changed++;
            assert.ok(
              inList.some((third) => before(third, one)),
              `${other} runs before ${one} in ${order.join(' ')}`,
            );
          }
        }
      }),
      { numRuns: 1000 },
    );
    assert.ok(changed > 10, `only ${changed} pairs changed places`);
  });

  it('keep their order under every shuffle', () => {
    fc.assert(
      fc.property(declarations, fc.nat(), (all, seed) => {
        const [order, shuffled] = [runningOrder(all), runningOrder(all, seed)];
        for (const key of KEYS) {
          const updaters = listed(all, key);
          const kept = (names: readonly string[]) => names.filter((name) => updaters.includes(name));
          assert.deepEqual(kept(shuffled), kept(order));
        }
      }),
    );
  });
});

/** Whether one must run before another, by way of others. */
function closureOf(edges: readonly (readonly [string, string])[]): (first: string, then: string) => boolean {
  const from = (start: string, seen = new Set<string>()): Set<string> => {
    for (const [first, then] of edges) {
      if (first === start && !seen.has(then)) from(then, seen.add(then));
    }
    return seen;
  };
  return (first, then) => from(first).has(then);
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compose, StackError } from '../../../lib/compose.ts';
import { orderOf } from '../pass.ts';
import {
  anyDeclarations,
  consistentDeclarations,
  type Declared,
  type Edge,
  edgesOf,
  layersOf,
  standing,
} from './arbitrary-layers.ts';

function orderOfLayers(all: readonly Declared[], shuffle?: number): string[] {
  return orderOf(compose(layersOf(all), { shuffle }));
}

/** The order by definition: again and again, the first one declared for which nobody has to run before. */
function firstThatMay(names: readonly string[], edges: readonly Edge[]): string[] {
  const order: string[] = [];
  for (;;) {
    const free = names.find(
      (name) =>
        !order.includes(name) && edges.every(([first, then]) => then !== name || order.includes(first)),
    );
    if (free === undefined) return order;
    order.push(free);
  }
}

function assertExtends(order: readonly string[], edges: readonly Edge[]): void {
  for (const [first, then] of edges) {
    assert.ok(order.indexOf(first) < order.indexOf(then), `${first} before ${then} in ${order.join(' ')}`);
  }
}

/** The knots of middlewares of which each must run before itself, by way of the others. */
function knotsOf(names: readonly string[], edges: readonly Edge[]): Set<string>[] {
  const reached = new Map(names.map((name) => [name, new Set<string>()]));
  for (let grown = true; grown;) {
    grown = false;
    for (const [first, then] of edges) {
      const from = reached.get(first)!;
      const size = from.size;
      for (const one of [then, ...reached.get(then)!]) from.add(one);
      grown ||= from.size > size;
    }
  }
  const knotted = names.filter((name) => reached.get(name)!.has(name));
  const knotOf = (name: string): string[] =>
    knotted.filter((other) => reached.get(name)!.has(other) && reached.get(other)!.has(name));
  return [...new Set(knotted.map((name) => knotOf(name).join(' ')))].map((knot) => new Set(knot.split(' ')));
}

describe('For whatever layers, the order', () => {
  it('keeps every constraint, and otherwise that of declaration: the first who may run next, does', () => {
    fc.assert(
      fc.property(consistentDeclarations, (all) => {
        const order = orderOfLayers(all);
        assertExtends(order, edgesOf(all));
        assert.deepEqual(
          order,
          firstThatMay(
            standing(all).map(({ name }) => name),
            edgesOf(all),
          ),
        );
      }),
    );
  });

  it('does not depend on the order in which a declaration lists what it asks for', () => {
    fc.assert(
      fc.property(consistentDeclarations, (all) => {
        const reversed = all.map((one) => ({
          ...one,
          after: one.after.toReversed(),
          before: one.before.toReversed(),
          reads: one.reads.toReversed(),
        }));
        assert.deepEqual(orderOfLayers(reversed), orderOfLayers(all));
      }),
    );
  });

  it('is the same without one whom nothing ties to the others', () => {
    const stranger: Declared = { name: 'stranger', rank: 0, after: [], before: [], reads: [], writes: [] };
    fc.assert(
      fc.property(consistentDeclarations, fc.nat(2), fc.nat(), (all, rank, place) => {
        const at = place % (all.length + 1);
        const joined = [...all.slice(0, at), { ...stranger, rank }, ...all.slice(at)];
        joined.sort((a, b) => b.rank - a.rank);
        assert.deepEqual(
          orderOfLayers(joined).filter((name) => name !== 'stranger'),
          orderOfLayers(all),
        );
      }),
    );
  });

  it('is the same with one more constraint that it has kept already', () => {
    fc.assert(
      fc.property(consistentDeclarations, fc.nat(), fc.nat(), (all, one, other) => {
        const order = orderOfLayers(all);
        const [first, then] = [one % order.length, other % order.length].sort((a, b) => a - b);
        fc.pre(first !== then);
        const more = all.map((declared) =>
          declared.name === order[then!]
            ? { ...declared, after: [...declared.after, order[first!]!] }
            : declared,
        );
        assert.deepEqual(orderOfLayers(more), order);
      }),
    );
  });

  it('is refused for every cycle, and what is printed is one: one for each knot', () => {
    let cyclic = 0;
    fc.assert(
      fc.property(anyDeclarations, (all) => {
        const edges = edgesOf(all);
        const knots = knotsOf(
          standing(all).map(({ name }) => name),
          edges,
        );
        const found = cyclesOf(all);
        cyclic += Math.sign(knots.length);
        assert.equal(found.length, knots.length);
        for (const cycle of found) {
          const knot = knots.findIndex((names) => cycle.every((name) => names.has(name)));
          assert.notEqual(knot, -1, `${cycle.join(' ')} is no knot that is left`);
          knots.splice(knot, 1);
          cycle.forEach((name, index) => {
            const next = cycle[(index + 1) % cycle.length];
            assert.ok(
              edges.some(([first, then]) => first === name && then === next),
              `${name} → ${next}`,
            );
          });
        }
      }),
    );
    assert.ok(cyclic > 10, `only ${cyclic} of the layers had a cycle`);
  });
});

/** The paths of the cycles that `compose` prints. */
function cyclesOf(all: readonly Declared[]): string[][] {
  try {
    compose(layersOf(all));
    return [];
  } catch (error) {
    assert.ok(error instanceof StackError);
    return error.diagnostics
      .filter(({ id }) => id === 'S101')
      .map(({ message, middlewares }) => {
        assert.equal(message, `A cycle: ${[...middlewares, middlewares[0]].join(' → ')}.`);
        return [...middlewares];
      });
  }
}

describe('A shuffled order', () => {
  it('keeps every constraint, and is the same for the same seed', () => {
    fc.assert(
      fc.property(consistentDeclarations, fc.integer(), (all, seed) => {
        const order = orderOfLayers(all, seed);
        assertExtends(order, edgesOf(all));
        assert.deepEqual(
          order.toSorted(),
          standing(all)
            .map(({ name }) => name)
            .toSorted(),
        );
        assert.deepEqual(orderOfLayers(all, seed), order);
      }),
    );
  });

  it('is, sooner or later, each that the constraints allow', () => {
    const free = { rank: 0, after: [], before: [], reads: [], writes: [] };
    const all: Declared[] = [
      { ...free, name: 'a' },
      { ...free, name: 'b' },
      { ...free, name: 'c', after: ['a'] },
    ];
    const orders = new Set(Array.from({ length: 50 }, (_, seed) => orderOfLayers(all, seed).join('')));
    assert.deepEqual([...orders].toSorted(), ['abc', 'acb', 'bac']);
  });
});

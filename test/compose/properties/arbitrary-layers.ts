/** Random layers, and what they ask for, worked out in the simplest way there is. */
import fc from 'fast-check';
import type { Middleware } from '../../../lib/compose.ts';
import { pass } from '../pass.ts';

/** A middleware that declares something, in a layer. */
export interface Declared {
  readonly name: string;
  readonly rank: number;
  readonly after: readonly string[];
  readonly before: readonly string[];
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly overrides?: string;
}

/** A pair of names: the first must run before the second. */
export type Edge = readonly [first: string, then: string];

const SIZE = { minLength: 1, maxLength: 12 };

/** The middlewares of up to three layers, in order of declaration, with constraints that may contradict each other. */
export const anyDeclarations: fc.Arbitrary<readonly Declared[]> = fc
  .array(fc.nat(2), SIZE)
  .chain((ranks) => fc.tuple(...ranks.map((rank, index) => declared(index, rank, ranks.length))))
  .map((all) => withUniqueOverrides([...all].sort((a, b) => b.rank - a.rank)));

/** The same without contradictions: each constraint is taken from one secret order. */
export const consistentDeclarations: fc.Arbitrary<readonly Declared[]> = anyDeclarations.chain((all) =>
  fc.shuffledSubarray([...standing(all)], { minLength: standing(all).length }).map((secret) => {
    const place = new Map(secret.map(({ name }, index) => [name, index]));
    const placeOf = (name: string): number => place.get(standIn(all, name)) ?? -1;
    const writersOf = (key: string): Declared[] => secret.filter(({ writes }) => writes.includes(key));
    return all.map((one) => ({
      ...one,
      after: one.after.filter((other) => placeOf(other) < placeOf(one.name)),
      before: one.before.filter((other) => placeOf(other) > placeOf(one.name)),
      reads: one.reads.filter((key) =>
        writersOf(key).every(({ name }) => placeOf(name) <= placeOf(one.name)),
      ),
    }));
  }),
);

function declared(index: number, rank: number, count: number): fc.Arbitrary<Declared> {
  const others = fc.uniqueArray(fc.nat(count - 1).map(nameOf), { maxLength: 3 });
  return fc
    .record({
      after: others,
      before: others,
      reads: others,
      overrides: fc.option(fc.nat(count - 1).map(nameOf)),
    })
    .map(({ after, before, reads, overrides }) => ({
      name: nameOf(index),
      rank,
      after,
      before,
      reads: reads.map(keyOf),
      writes: [keyOf(nameOf(index))],
      ...(overrides !== null && { overrides }),
    }));
}

const nameOf = (index: number): string => `m${index}`;
const keyOf = (name: string): string => `key of ${name}`;

/** Keeps the overrides that hold: of one in a lower layer that stands for itself, each once. */
function withUniqueOverrides(all: readonly Declared[]): Declared[] {
  const taken = new Set<string>();
  return all.map(({ overrides, ...one }) => {
    const target = all.find(({ name }) => name === overrides);
    const holds =
      target !== undefined &&
      target.overrides === undefined &&
      target.rank < one.rank &&
      !taken.has(target.name);
    if (!holds) return one;
    taken.add(target.name);
    // What stands in for a writer writes its key, lest a reader be left without it.
    return { ...one, overrides: target.name, writes: [...one.writes, ...target.writes] };
  });
}

/** Who is not replaced, each in the place where it stands: its own, or that of whom it stands in for. */
export function standing(all: readonly Declared[]): readonly Declared[] {
  return all.flatMap((one) => {
    if (one.overrides !== undefined) return [];
    return all.find(({ overrides }) => overrides === one.name) ?? one;
  });
}

function standIn(all: readonly Declared[], name: string): string {
  return all.find(({ overrides }) => overrides === name)?.name ?? name;
}

/** What the declarations ask for, among those who stand. */
export function edgesOf(all: readonly Declared[]): Edge[] {
  const present = standing(all);
  return all.flatMap((one) => {
    const self = standIn(all, one.name);
    return [
      ...one.after.map((other): Edge => [standIn(all, other), self]),
      ...one.before.map((other): Edge => [self, standIn(all, other)]),
      ...(present.includes(one) ? one.reads : []).flatMap((key) =>
        present
          .filter(({ name, writes }) => name !== self && writes.includes(key))
          .map(({ name }): Edge => [name, self]),
      ),
    ];
  });
}

/** As `compose` takes them. */
export function layersOf(all: readonly Declared[]): Record<string, Middleware[]> {
  return Object.fromEntries(
    [0, 1, 2].map((rank) => [
      `layer-${rank}`,
      all
        .filter((one) => one.rank === rank)
        .map(({ name, rank: _, ...declaration }) => pass(name, declaration)),
    ]),
  );
}

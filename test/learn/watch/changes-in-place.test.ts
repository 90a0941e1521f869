import assert from 'node:assert/strict';
import fc from 'fast-check';
import { changesBetween, takeSnapshot } from '../../../lib/learn/watch/changes-in-place.ts';
import { runsOf } from '../../runs-of.ts';

/** A change anywhere in an object: which of all that it holds, and what is done there. */
interface Change {
  readonly at: number;
  readonly what: string;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('set', 'delete', 'add', 'rename', 'replace by a copy', 'make an accessor'),
  value: fc.oneof(fc.constant(undefined), fc.constant(Number.NaN), fc.jsonValue()),
});
const held = fc.oneof(
  fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 5 }), { maxKeys: 6 }),
  fc.array(fc.jsonValue(), { maxLength: 5 }),
  // More than is looked at.
  fc.constant(null).map(() => Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`n${n}`, { n }]))),
  fc.constant(null).map(() => ({ many: Array.from({ length: 150 }, (_, n) => ({ n })) })),
);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** All objects within one, with the names in each. */
function places(object: Record<string, unknown>): [Record<string, unknown>, string][] {
  return Object.keys(object).flatMap((name) => {
    const inner = object[name];
    return [[object, name] as [Record<string, unknown>, string], ...(isObject(inner) ? places(inner) : [])];
  });
}

function carryOut(object: Record<string, unknown>, { at, what, value }: Change): void {
  const all = places(object);
  const [owner, name] = all[at % Math.max(all.length, 1)] ?? [object, 'x'];
  if (what === 'delete') Reflect.deleteProperty(owner, name);
  else if (what === 'rename') {
    owner[`${name}'`] = owner[name];
    Reflect.deleteProperty(owner, name);
  } else if (what === 'make an accessor')
    Object.defineProperty(owner, name, { get: () => value, enumerable: true });
  else
    owner[what === 'add' ? 'added' : name] =
      what === 'replace by a copy' ? structuredClone(owner[name]) : value;
}

describe('A look at what is in the objects on a request', () => {
  it('that takes over what is as it was finds what one from scratch finds', () => {
    fc.assert(
      fc.property(held, fc.option(change, { nil: undefined }), (object, made) => {
        const values: [string, unknown][] = [['req.body', object]];
        const before = takeSnapshot(values);
        if (made !== undefined) carryOut(object as Record<string, unknown>, made);
        const fresh = takeSnapshot(values);
        const after = takeSnapshot(values, before);
        assert.deepEqual(after, fresh);
        assert.deepEqual(changesBetween(before, after), changesBetween(before, fresh));
      }),
      { numRuns: runsOf(1_000) },
    );
  });
});

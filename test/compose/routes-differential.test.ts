/** What the plan says of two routes, held against what the routers themselves do with every short path. */
import assert from 'node:assert/strict';
import express5, { type Router } from 'express';
import fc from 'fast-check';
import { composeRoutes } from '../../lib/compose.ts';
import { express4 } from '../express-messages/express-versions.ts';

type Express = typeof express5;

interface Written {
  readonly mount: string | undefined;
  readonly path: string;
  readonly strict: boolean;
  readonly caseSensitive: boolean;
}

const SEGMENTS = ['', 'a', 'A', 'b', 'ab', 'AB'];
/** All paths of up to four of these segments, the empty one only at the end. */
const PATHS = [0, 1, 2, 3]
  .flatMap((length) =>
    Array.from({ length: SEGMENTS.length ** (length + 1) }, (_, number) =>
      Array.from({ length: length + 1 }, (__, place) => SEGMENTS[Math.floor(number / 6 ** place) % 6]),
    ),
  )
  .filter((segments) => !segments.slice(0, -1).includes(''))
  .map((segments) => `/${segments.join('/')}`);

const written = (segments: string[], endings: string[], mounts: string[]): fc.Arbitrary<Written> =>
  fc.record({
    mount: fc.constantFrom(undefined, ...mounts),
    path: fc
      .tuple(fc.array(fc.constantFrom(...segments), { maxLength: 1 }), fc.constantFrom('', '/', ...endings))
      .map(([middle, end]) => middle.map((segment) => `/${segment}`).join('') + end)
      .map((path) => (path === '' ? '/' : path)),
    strict: fc.boolean(),
    caseSensitive: fc.boolean(),
  });

/** A parameter has a name of its own for each place, as Express 5 asks. */
const numbered = (path: string): string => {
  let count = 0;
  return path.replaceAll(/[:*]x/g, (found) => `${found}${++count}`);
};

function routerOf(express: Express, { mount, path, strict, caseSensitive }: Written): Router {
  const router = express.Router({ strict, caseSensitive });
  router.get(numbered(path), () => undefined);
  return mount === undefined ? router : express.Router({ strict, caseSensitive }).use(mount, router);
}

/** The paths with which a router calls its route, which it does at once. */
function taken(express: Express, one: Written): Set<string> {
  const { mount, path, strict, caseSensitive } = one;
  const calls = new Set<string>();
  const inner = express.Router({ strict, caseSensitive });
  inner.get(numbered(path), () => void calls.add(numbered(path)));
  const router = mount === undefined ? inner : express.Router({ strict, caseSensitive }).use(mount, inner);
  return new Set(
    PATHS.filter((url) => {
      calls.clear();
      router({ method: 'GET', url } as never, {} as never, () => undefined);
      return calls.size > 0;
    }),
  );
}

describe('The plan of routes', () => {
  for (const [version, express, arbitrary] of [
    [
      5,
      express5,
      written(
        ['a', 'A', 'ab', ':x', 'a{b}'],
        ['/*x', '{/*x}', '/{*x}', '{/:x}'],
        ['/', '/a', '/A', '/:m', '/a/'],
      ),
    ],
    [4, express4, written(['a', 'A', 'ab', ':x', ':x?', 'a*'], ['/*'], ['/', '/a', '/A', '/:m', '/a/'])],
  ] as const) {
    it(`says of two routes of Express ${version} just when the first takes all requests of the second`, () => {
      const seen = { hidden: 0, reached: 0 };
      fc.assert(
        fc.property(arbitrary, arbitrary, (higher, lower) => {
          const [above, below] = [taken(express, higher), taken(express, lower)];
          const { plan } = composeRoutes(
            { low: [routerOf(express, lower)], high: [routerOf(express, higher)] },
            { silence: ['S221'] },
          );
          const [, second] = plan;
          assert.ok(second && second.notCompared === undefined);
          const isHidden = second.hiddenBy !== undefined;
          assert.equal(
            isHidden,
            [...below].every((path) => above.has(path)),
          );
          assert.equal(
            isHidden || second.behind.length > 0,
            [...below].some((path) => above.has(path)),
          );
          seen[isHidden ? 'hidden' : 'reached'] += 1;
        }),
        { numRuns: 150 },
      );
      assert.ok(seen.hidden > 5 && seen.reached > 5, JSON.stringify(seen));
    });
  }
});

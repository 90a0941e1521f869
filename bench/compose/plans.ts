import { compose, defineMiddleware, type Middleware, type StateKey } from '../../lib/compose.ts';
import type { Contender } from '../rounds.ts';

const LAYERS = 4;

/** Works out a plan of so many middlewares, declared in no particular order, with three edges for each. */
export function planOf(size: number): Contender {
  const members = Array.from({ length: size }, (_, place): Middleware => {
    const before = [place - 1, Math.floor(place / 2), Math.floor(place / 3)].filter((other) => other >= 0);
    const [after, ...reads] = [...new Set(before)].filter((other) => other !== place);
    return defineMiddleware({
      name: `middleware-${place}`,
      after: after === undefined ? [] : [`middleware-${after}`],
      reads: reads.map((other) => `key-${other}` as StateKey),
      writes: [`key-${place}` as StateKey],
      handle: (_req, _res, next) => next(),
    });
  });
  // Multiplied by a number that has no factor in common with any size, so that each comes once.
  const declared = members.flatMap((_, place) => members[(place * 7919) % size] ?? []);
  const share = Math.ceil(size / LAYERS);
  const layers = Object.fromEntries(
    Array.from({ length: LAYERS }, (_, rank) => [
      `layer-${rank}`,
      declared.slice(rank * share, (rank + 1) * share),
    ]),
  );
  return {
    name: `${size} middlewares`,
    run(times) {
      for (let time = 0; time < times; time++) compose(layers, { silence: ['S202'] });
    },
  };
}

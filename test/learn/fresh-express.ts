import { createRequire } from 'node:module';
import type express from 'express';
import { watchExpress } from '../../lib/learn/watch/watch-express.ts';

// The copy of everybody else is loaded first: Node cannot import what was only required, and then taken out of its cache.
import 'express';
import 'express4';

/** Express 5 is `express` here, and Express 4 `express4`. */
export const EXPRESSES = ['express', 'express4'] as const;

export type ExpressName = (typeof EXPRESSES)[number];

/** A copy of Express that nobody else has: what is watched of it is watched of no other. */
export function freshExpress(name: ExpressName): typeof express {
  const require = createRequire(import.meta.url);
  const { cache } = require;
  const own = (path: string) => /node_modules\/(?:express4?|router)\//.test(path);
  const kept = Object.entries(cache).filter(([path]) => own(path));
  for (const [path] of kept) Reflect.deleteProperty(cache, path);
  try {
    return require(name) as typeof express;
  } finally {
    for (const path of Object.keys(cache).filter(own)) Reflect.deleteProperty(cache, path);
    Object.assign(cache, Object.fromEntries(kept));
  }
}

const watched = new Map<ExpressName, typeof express>();

/** A copy of Express that is watched from its first line on, the same for all who ask: loading one takes longest. */
export function watchedExpress(name: ExpressName): typeof express {
  const known = watched.get(name);
  if (known !== undefined) return known;
  const copy = freshExpress(name);
  watchExpress(copy);
  watched.set(name, copy);
  return copy;
}

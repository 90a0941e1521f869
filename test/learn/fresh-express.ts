import { createRequire } from 'node:module';
import type express from 'express';
import { watchExpress } from '../../lib/learn/watch/watch-express.ts';

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

/** A copy of Express that is watched from its first line on. */
export function watchedExpress(name: ExpressName): typeof express {
  const copy = freshExpress(name);
  watchExpress(copy);
  return copy;
}

import Module from 'node:module';
import type { AnyFunction } from './express-parts.ts';
import { watchExpress } from './watch-express.ts';

/**
 * What Node calls whenever a CommonJS module is asked for, also by `import`, and the modules that it has. Both are there
 * to be replaced, and are not typed.
 */
const loader = Module as unknown as {
  _load: AnyFunction;
  _cache: Readonly<Record<string, { readonly exports: unknown } | undefined>>;
};

/** Watches every copy of Express that is loaded, or will be. */
export function watchLoads(): void {
  // An `import` of what is there already does not ask the loader: our command line and the app may share their Express.
  for (const module of Object.values(loader._cache)) watchExpress(module?.exports);
  const load = loader._load;
  loader._load = function (this: unknown, ...args: unknown[]): unknown {
    const exports = Reflect.apply(load, this, args) as unknown;
    watchExpress(exports);
    return exports;
  };
}

import Module from 'node:module';
import type { AnyFunction } from './express-parts.ts';
import { watchExpress } from './watch-express.ts';

/** What Node calls whenever a CommonJS module is asked for, also by `import`. It is there to be replaced, and is not typed. */
const loader = Module as unknown as { _load: AnyFunction };

/** Watches every copy of Express that is loaded from now on. */
export function watchLoads(): void {
  const load = loader._load;
  loader._load = function (this: unknown, ...args: unknown[]): unknown {
    const exports = Reflect.apply(load, this, args) as unknown;
    watchExpress(exports);
    return exports;
  };
}

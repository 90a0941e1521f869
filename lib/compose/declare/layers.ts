import type { RequestHandler } from 'express';
import type { ErrorHandler } from './error-handler.ts';
import type { Middleware } from './middleware.ts';

/** What runs in a layer: a declared middleware, or an ordinary Express handler, which declares nothing. */
export type LayerEntry = Middleware | RequestHandler | ErrorHandler;

/**
 * What may stand in a layer: whatever `app.use` takes. Arrays may be nested, as in Express; `false`, `null` and
 * `undefined` stand for a middleware that is not wanted, as in `isProduction && compression()`.
 */
export type LayerMember = LayerEntry | readonly LayerMember[] | false | null | undefined;

/** Layers by name, the lowest first; in each, its middleware in the order of running. */
export type Layers = Readonly<Record<string, readonly LayerMember[]>>;

import type { RequestHandler } from 'express';
import type { ErrorHandler } from './error-handler.ts';
import type { Middleware } from './middleware.ts';

/** What may stand in a layer: a declared middleware, or an ordinary Express handler, which declares nothing. */
export type LayerEntry = Middleware | RequestHandler | ErrorHandler;

/** Layers by name, the lowest first; in each, its middleware in the order of running. */
export type Layers = Readonly<Record<string, readonly LayerEntry[]>>;

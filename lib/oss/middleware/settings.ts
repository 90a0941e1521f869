import type { Request } from 'express';
import { defineMiddleware, type StateKey } from '../../compose.ts';
import type { Settings } from '../settings/settings.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export interface SettingsOptions {
  /** The settings of the user who makes the request; undefined when nobody is signed in. */
  readonly settingsStore: (req: Request) => SettingsStore | undefined;
  /** The state keys that `settingsStore` looks at. */
  readonly reads: readonly StateKey[];
}

/** What needs no settings, and has to answer while the store is broken. */
const WITHOUT_SETTINGS = /^\/api\/(options|logout)(\/|$)/i;

/** Loads the settings of the user who makes a request under `/api`. */
export function settings({ settingsStore, reads }: SettingsOptions) {
  return defineMiddleware({
    name: 'settings',
    path: '/api',
    reads,
    writes: ['settings'],
    // Nothing is loaded for somebody who is refused anyway.
    after: ['rate-limit?', 'cross-origin?'],
    handle(req, _res, next) {
      const store = WITHOUT_SETTINGS.test(req.path) ? undefined : settingsStore(req as Request);
      const pass = (stored?: Settings): void => {
        if (stored) req.state.settings = stored;
        next();
      };
      const known = store?.peek();
      if (store !== undefined && known === undefined) return store.load().then(pass);
      pass(known);
      return undefined;
    },
  });
}

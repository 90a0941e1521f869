import { watchDispatch, watchedParam } from './dispatch.ts';
import { type ExpressApp, isExpress, layerMethods, type Methods, rootRouter } from './express-parts.ts';
import { watchKeys } from './far-end.ts';
import { watchRegistration } from './registration.ts';

/** The `express.request` of each copy that is watched. */
const watched = new WeakSet<object>();

/** Watches a copy of Express from now on; once, however often it is called. What is no Express is left alone. */
export function watchExpress(exports: unknown): void {
  if (!isExpress(exports) || watched.has(exports.request)) return;
  watched.add(exports.request);
  watchDispatch(layerMethods(exports));
  watchRegistration(exports, watchedParam);
  watchKeys(exports);
}

/** Watches the Express of an app that is there already. Where its handlers were registered is not known then. */
export function watchApp(app: ExpressApp): void {
  const request = Object.getPrototypeOf(app.request) as object;
  const layer = rootRouter(app)?.stack[0];
  if (watched.has(request) || layer === undefined) return;
  watched.add(request);
  watchDispatch(Object.getPrototypeOf(layer) as Methods);
  watchKeys({ request, response: Object.getPrototypeOf(app.response) as object });
}

import { watchDispatch } from './dispatch.ts';
import { type ExpressModule, isExpress } from './express-parts.ts';
import { watchKeys } from './far-end.ts';
import { watchRegistration } from './registration.ts';

const watched = new WeakSet<object>();

/** Watches a copy of Express from now on; once, however often it is called. What is no Express is left alone. */
export function watchExpress(exports: unknown): void {
  if (!isExpress(exports) || watched.has(exports.application)) return;
  watched.add(exports.application);
  watchAll(exports);
}

function watchAll(express: ExpressModule): void {
  watchDispatch(express);
  watchRegistration(express);
  watchKeys(express);
}

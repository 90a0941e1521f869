import { createRequire } from 'node:module';

interface Debug {
  enabled(namespace: string): boolean;
  disable(): string;
  enable(namespaces: string): void;
}

/**
 * Takes simple-oauth2 out of what `DEBUG` has switched on: it prints the client secret, codes and refresh tokens there.
 * The `debug` that has to be told is the one that simple-oauth2 itself loads.
 */
export function silenceOAuthDebug(): void {
  const requireHere = createRequire(import.meta.url);
  const debug = createRequire(requireHere.resolve('simple-oauth2'))('debug') as Debug;
  if (['client', 'request-options', 'access-token'].some((name) => debug.enabled(`simple-oauth2:${name}`))) {
    debug.enable(`${debug.disable()},-simple-oauth2*`);
  }
}

import { createRequire } from 'node:module';
import type * as SimpleOAuth2 from 'simple-oauth2';

interface Debug {
  enabled(namespace: string): boolean;
  disable(): string;
  enable(namespaces: string): void;
}

/**
 * Loads simple-oauth2, which takes a fourth of the time of a start, so with the first sign-in or refresh. By `require`,
 * even from a bundle: only so is its own `debug` at hand, which has to be silenced.
 *
 * @throws Error that says what to install.
 */
export function loadOAuth(): typeof SimpleOAuth2 {
  const require = requireOfThisFile();
  let path: string;
  try {
    path = require.resolve('simple-oauth2');
  } catch (cause) {
    throw new Error('simple-oauth2 has to be installed where openhands-express runs, bundled or not.', {
      cause,
    });
  }
  silenceDebug(createRequire(path)('debug') as Debug);
  return require(path) as typeof SimpleOAuth2;
}

/** Takes simple-oauth2 out of what `DEBUG` has switched on: it prints the client secret, codes and refresh tokens there. */
function silenceDebug(debug: Debug): void {
  if (['client', 'request-options', 'access-token'].some((name) => debug.enabled(`simple-oauth2:${name}`))) {
    debug.enable(`${debug.disable()},-simple-oauth2*`);
  }
}

/** A bundle of CommonJS has its path in `__filename`, and nothing in `import.meta`, says esbuild. */
function requireOfThisFile(): NodeJS.Require {
  const { url } = import.meta as Partial<ImportMeta>;
  return createRequire(url ?? __filename);
}

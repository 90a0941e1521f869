import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';

import { HttpError } from '../../oss/errors.ts';
import type { PublicAddress } from '../auth/public-address.ts';

export interface SignInErrorPageOptions {
  readonly address: PublicAddress;
  readonly log: Logger;
}

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Shows what went wrong to a browser; every other client gets the JSON of the application's own error handler. */
export function signInErrorPage({ address, log }: SignInErrorPageOptions): ErrorRequestHandler {
  return (err, req, res, next) => {
    if (res.headersSent || req.accepts(['json', 'html']) !== 'html') {
      next(err);
      return;
    }
    const { status, message, headers } =
      err instanceof HttpError
        ? err
        : new HttpError(500, 'internal_error', 'Something went wrong on this server. Please try again.');
    if (status >= 500) log.error({ err: err as unknown }, 'A sign-in failed.');
    res
      .status(status)
      .set({ ...headers, 'Content-Security-Policy': CONTENT_SECURITY_POLICY })
      .type('html')
      .send(page(message, address.path(req, '/oauth/github/authorize'), address.path(req, '/')));
  };
}

function page(message: string, signIn: string, home: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign-in failed</title>
<style>
  :root { color-scheme: light dark }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 15vh auto; padding: 0 1rem }
</style>
<h1>You are not signed in</h1>
<p role="alert">${escaped(message)}</p>
<p><a href="${escaped(signIn)}">Sign in with GitHub</a> or <a href="${escaped(home)}">go to the start page</a>.</p>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

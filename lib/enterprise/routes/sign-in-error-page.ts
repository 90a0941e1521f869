import { createHash } from 'node:crypto';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import type { ErrorCode } from '../../oss/error-codes.ts';
import { httpErrorFrom } from '../../oss/routes/errors.ts';
import { SeldomLog } from '../../oss/seldom-log.ts';
import type { PublicAddress } from '../auth/public-address.ts';

export interface SignInErrorPageOptions {
  readonly address: PublicAddress;
  readonly log: Logger;
}

// In the colors of the built-in page.
const STYLE = `
  :root { color-scheme: light dark; --ground: #f6f6f3; --ink: #1d201c; --accent: #0f6b50; --on-accent: #fff }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #141614; --ink: #e9ebe6; --accent: #6fd0aa; --on-accent: #0a2219 }
  }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
  main { max-width: 27rem; margin: 15vh auto; padding: 0 1rem; text-align: center }
  h1 { font-size: 1.625rem; line-height: 1.25 }
  a { color: var(--accent) }
  .button { display: inline-block; margin: 0.5rem; padding: 0.625rem 1.5rem; border-radius: 7px;
    background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none }
`;
// The page must not lean on files: with FRONTEND_DIRECTORY they are somebody else's. So its one style is let in by hash.
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** What a message that the HTTP contract has fixed leaves a person to guess, by the error's code. */
const HINTS: Readonly<Partial<Record<ErrorCode, string>>> = {
  not_on_waitlist:
    'This server lets in only the people on its list, and your GitHub account is not on it. Ask its operator.',
};

/** Shows what went wrong to a browser; every other client gets the JSON of the application's own error handler. */
export function showSignInError({ address, log }: SignInErrorPageOptions): ErrorRequestHandler {
  const seldom = new SeldomLog(log);
  const signInErrorPage: ErrorRequestHandler = (err, req, res, next) => {
    if (res.headersSent || req.accepts(['json', 'html']) !== 'html') {
      next(err);
      return;
    }
    const { status, code, message, headers } = httpErrorFrom(err);
    if (status >= 500) seldom.error({ err: err as unknown }, 'A sign-in failed');
    res
      .status(status)
      .set({ ...headers, 'Content-Security-Policy': CONTENT_SECURITY_POLICY })
      .type('html')
      .send(
        page({
          message,
          hint: HINTS[code] ?? '',
          signIn: address.path(req, '/oauth/github/authorize'),
          home: address.path(req, '/'),
        }),
      );
  };
  return signInErrorPage;
}

interface PageContent {
  readonly message: string;
  readonly hint: string;
  readonly signIn: string;
  readonly home: string;
}

function page({ message, hint, signIn, home }: PageContent): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign-in failed</title>
<style>${STYLE}</style>
<main>
  <h1>You are not signed in</h1>
  <p role="alert"><strong>${escaped(message)}</strong><br>${escaped(hint)}</p>
  <p><a class="button" href="${escaped(signIn)}">Sign in with GitHub</a></p>
  <p><a href="${escaped(home)}">Go to the start page</a></p>
</main>
</html>
`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

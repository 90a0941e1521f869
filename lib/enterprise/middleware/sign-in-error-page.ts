import { defineErrorMiddleware } from '../../compose.ts';
import { showSignInError, type SignInErrorPageOptions } from '../routes/sign-in-error-page.ts';

/** Shows a browser the page for what the stack refuses of a sign-in; what the routes refuse is theirs to show. */
export function signInErrorPage({
  path,
  ...options
}: SignInErrorPageOptions & { readonly path: readonly string[] }) {
  return defineErrorMiddleware({
    name: 'sign-in-error-page',
    path,
    after: ['host', 'sign-in-rate-limit'],
    handle: showSignInError(options),
  });
}

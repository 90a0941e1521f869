import { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { clientSignal } from '../../oss/client-signal.ts';
import { HttpError } from '../../oss/errors.ts';
import { InvalidGitHubTokenError } from '../../oss/github/errors.ts';
import { resource } from '../../oss/routes/resource.ts';
import { Secret } from '../../oss/secret.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import { isStateOfRetry, looksLikeOurState, type OAuthFlows } from '../auth/oauth-flows.ts';
import type { PublicAddress } from '../auth/public-address.ts';
import { returnPath } from '../auth/return-to.ts';
import type { SignIn } from '../auth/sign-in.ts';
import type { SignInProvider } from '../auth/sign-in-provider.ts';
import { BadVerificationCodeError } from '../github/errors.ts';
import { refusePrefetch } from './refuse-prefetch.ts';
import { showSignInError } from './sign-in-error-page.ts';

export interface OAuthRoutesOptions {
  readonly provider: Omit<SignInProvider, 'exchange'>;
  readonly flows: OAuthFlows;
  readonly signIn: SignIn;
  readonly authCookie: AuthCookie;
  readonly address: PublicAddress;
  readonly log: Logger;
}

const AUTHORIZE = '/oauth/github/authorize';

/** Signing in, with whatever provider: the OAuth 2.0 authorization code flow (RFC 6749) with PKCE (RFC 7636). */
export function oauthRoutes(options: OAuthRoutesOptions): DeclaredRoutes {
  const { provider, flows, signIn, authCookie, address, log } = options;
  const { callbackPath } = provider;
  const router = Router();

  const authorize: RequestHandler = async (req, res) => {
    const returnTo = returnPath(req.query.return_to, address.path(req, '/'));
    const { state, codeVerifier } = flows.begin(req, res, { isRetry: req.query.retry === '1', returnTo });
    const redirectUri = address.url(req, callbackPath);
    res.redirect(302, await provider.authorizeUrl({ state, codeVerifier, redirectUri }));
  };

  const callback: RequestHandler = async (req, res) => {
    const { code, state, error, iss } = req.query;
    const flow = typeof state === 'string' ? await flows.finish(req, res, state) : undefined;
    const refusal = error === undefined ? undefined : provider.refusal(error, flow !== undefined);
    if (refusal === 'denied') {
      res.redirect(302, address.path(req, '/?login=denied'));
      return;
    }
    if (refusal !== undefined) throw refusal;
    if (flow === undefined) {
      // A state of ours without its cookie: this is another browser, the flow has been finished, or no cookie is
      // kept here; then one more attempt would end just so. Any other state, or none, is another client's own link.
      if (typeof state === 'string' && isStateOfRetry(state)) throw cookiesNotKept();
      const isRetry = typeof state === 'string' && looksLikeOurState(state);
      res.redirect(302, address.path(req, isRetry ? `${AUTHORIZE}?retry=1` : AUTHORIZE));
      return;
    }
    try {
      if (typeof code !== 'string') throw new BadVerificationCodeError();
      const response = {
        code: new Secret(code),
        issuer: typeof iss === 'string' ? iss : undefined,
        state: flow.state,
        codeVerifier: flow.codeVerifier,
        redirectUri: address.url(req, callbackPath),
      };
      const left = clientSignal(req);
      await signIn.complete(response, (session) => {
        authCookie.set(req, res, session);
        const abandon = (): void => void signIn.abandon(session);
        if (left.aborted) abandon();
        else left.addEventListener('abort', abandon);
      });
    } catch (err) {
      if (!isMendedByNewCode(err) || flow.isRetry) throw err;
      const query = new URLSearchParams({ retry: '1', return_to: flow.returnTo });
      res.redirect(302, address.path(req, `${AUTHORIZE}?${query.toString()}`));
      return;
    }
    res.redirect(302, flow.returnTo);
  };

  resource(router, AUTHORIZE, { get: [refusePrefetch, authorize] });
  resource(router, callbackPath, {
    get: [refusePrefetch, callback],
    // A link checker's look must leave the code to the browser that comes for it.
    head: (_req, res) => res.status(204).end(),
  });

  // Browsers come here by navigation, so a failure is a page for a person.
  router.use(showSignInError({ address, log }));
  return defineRoutes({ name: 'oauth', router });
}

/**
 * A code that was used twice or too late, as after a reload; or tokens that died at once, since an earlier sign-out was carried
 * out late. The provider gives a new code, most often without asking the user.
 */
function isMendedByNewCode(error: unknown): boolean {
  return error instanceof BadVerificationCodeError || error instanceof InvalidGitHubTokenError;
}

function cookiesNotKept(): HttpError {
  return new HttpError(
    400,
    'sign_in_not_recognized',
    'This browser does not remember starting this sign-in. Allow cookies for this site, then sign in again.',
  );
}

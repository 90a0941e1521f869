import { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import { resource } from '../../oss/routes/resource.ts';
import { Secret } from '../../oss/secret.ts';
import type { AuthCookie } from '../auth/auth-cookie.ts';
import { codeChallenge, isStateOfRetry, looksLikeOurState, type OAuthFlows } from '../auth/oauth-flows.ts';
import type { PublicAddress } from '../auth/public-address.ts';
import { returnPath } from '../auth/return-to.ts';
import type { SignIn } from '../auth/sign-in.ts';
import { AppMisconfiguredError, BadVerificationCodeError } from '../github/errors.ts';
import type { GitHubOAuthClient } from '../github/github-oauth-client.ts';
import { refusePrefetch } from './refuse-prefetch.ts';
import { showSignInError } from './sign-in-error-page.ts';

export interface OAuthRoutesOptions {
  readonly oauth: Pick<GitHubOAuthClient, 'authorizeUrl'>;
  readonly flows: OAuthFlows;
  readonly signIn: SignIn;
  readonly authCookie: AuthCookie;
  readonly address: PublicAddress;
  readonly log: Logger;
}

const AUTHORIZE = '/oauth/github/authorize';
const CALLBACK = '/oauth/github/callback';

/** Signing in with GitHub: the OAuth 2.0 authorization code flow (RFC 6749) with PKCE (RFC 7636). */
export function oauthRoutes({ oauth, flows, signIn, authCookie, address, log }: OAuthRoutesOptions): Router {
  const router = Router();

  const authorize: RequestHandler = (req, res) => {
    const returnTo = returnPath(req.query.return_to, address.path(req, '/'));
    const { state, codeVerifier } = flows.begin(req, res, { isRetry: req.query.retry === '1', returnTo });
    const redirectUri = address.url(req, CALLBACK);
    res.redirect(302, oauth.authorizeUrl({ state, codeChallenge: codeChallenge(codeVerifier), redirectUri }));
  };

  const callback: RequestHandler = async (req, res) => {
    const { code, state, error } = req.query;
    const flow = typeof state === 'string' ? await flows.finish(req, res, state) : undefined;
    if (error === 'access_denied') {
      res.redirect(302, address.path(req, '/?login=denied'));
      return;
    }
    if (error !== undefined) throw refusedByGitHub(error, log);
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
      const redirectUri = address.url(req, CALLBACK);
      const grant = { code: new Secret(code), codeVerifier: flow.codeVerifier, redirectUri };
      authCookie.set(req, res, await signIn.complete(grant));
    } catch (err) {
      if (!(err instanceof BadVerificationCodeError) || flow.isRetry) throw err;
      // Used twice or too late, as after a reload: GitHub gives a new one, most often without asking the user.
      const query = new URLSearchParams({ retry: '1', return_to: flow.returnTo });
      res.redirect(302, address.path(req, `${AUTHORIZE}?${query.toString()}`));
      return;
    }
    res.redirect(302, flow.returnTo);
  };

  resource(router, AUTHORIZE, { get: [refusePrefetch, authorize] });
  resource(router, CALLBACK, {
    get: [refusePrefetch, callback],
    // A link checker's look must leave the code to the browser that comes for it.
    head: (_req, res) => res.status(204).end(),
  });

  // Browsers come here by navigation, so a failure is a page for a person.
  router.use(showSignInError({ address, log }));
  return router;
}

function cookiesNotKept(): HttpError {
  return new HttpError(
    400,
    'sign_in_not_recognized',
    'This browser does not remember starting this sign-in. Allow cookies for this site, then sign in again.',
  );
}

/** What GitHub says, instead of a code, that the operator has to mend; from GitHub's docs on authorization errors. */
const OPERATOR_ERRORS = ['redirect_uri_mismatch', 'application_suspended', 'incorrect_client_credentials'];

/** @param error - from the query, so from anybody: it is compared, and never shown. */
function refusedByGitHub(error: unknown, log: Logger): HttpError {
  const known = OPERATOR_ERRORS.find((it) => it === error);
  if (known !== undefined) {
    log.error(
      { reason: known },
      'GitHub refuses sign-ins: the settings of the GitHub App and of this server differ',
    );
    return new AppMisconfiguredError(known);
  }
  return new HttpError(400, 'sign_in_failed', 'GitHub did not complete the sign-in. Please try again.');
}

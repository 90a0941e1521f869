/**
 * The web flow of a GitHub App.
 *
 * @see https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type Call, field, html, json, redirect, type Route } from './answer.ts';
import type { FakeGitHubApp } from './app.ts';
import type { FakeGitHubBehavior } from './behavior.ts';
import { consentPage, mistakePage } from './consent-page.ts';
import type { Directory } from './directory.ts';
import type { Tokens } from './tokens.ts';

export interface OAuthOptions {
  readonly app: FakeGitHubApp;
  readonly behavior: FakeGitHubBehavior;
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly now: () => number;
  /** GitHub Enterprise Server knows no PKCE: it takes the parameters and does not look at them. */
  readonly pkce: boolean;
}

interface Code {
  readonly login: string;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly expiresAt: number;
}

/** What the authorize page is asked for, by a link or by its own form. */
interface AuthorizationRequest {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly challenge: string | undefined;
}

export function oauthRoutes({ app, behavior, directory, tokens, now, pkce }: OAuthOptions): Route[] {
  const codes = new Map<string, Code>();

  /** The request, or the page that says what is wrong with it: never a redirect to an address that is not the app's. */
  function read(parameter: (name: string) => string | undefined): AuthorizationRequest | Answer {
    if (parameter('client_id') !== app.clientId)
      return html(404, mistakePage('There is no app with this client_id.'));
    const redirectUri = parameter('redirect_uri') ?? behavior.callbackUrls[0];
    if (redirectUri === undefined || !URL.canParse(redirectUri) || !isRegistered(redirectUri)) {
      return html(400, mistakePage('The redirect_uri is not a callback URL of this app.'));
    }
    const challenge = pkce ? parameter('code_challenge') : undefined;
    if (challenge !== undefined && parameter('code_challenge_method') !== 'S256') {
      return html(400, mistakePage('The code_challenge_method must be S256.'));
    }
    return { clientId: app.clientId, redirectUri, state: parameter('state'), challenge };
  }

  function isRegistered(redirectUri: string): boolean {
    return behavior.callbackUrls.length === 0 || behavior.callbackUrls.includes(redirectUri);
  }

  function showConsent(call: Call): Answer {
    const request = read((name) => call.query.get(name) ?? undefined);
    if ('status' in request) return request;
    return html(
      200,
      consentPage({
        appName: app.name,
        users: [...directory.users.values()],
        suggested: call.query.get('login') ?? undefined,
        parameters: [...call.query].filter(([name]) => name !== 'login'),
      }),
    );
  }

  function decide(call: Call): Answer {
    const request = read((name) => field(call, name));
    if ('status' in request) return request;
    const login = field(call, 'login');
    if (field(call, 'cancel') !== undefined || login === undefined) {
      return redirect(
        callback(request, {
          error: 'access_denied',
          error_description: 'The user has denied your application access.',
        }),
      );
    }
    if (!directory.users.has(login)) return html(404, mistakePage('There is no such user.'));
    const code = randomBytes(10).toString('hex');
    codes.set(code, {
      login,
      redirectUri: request.redirectUri,
      challenge: request.challenge,
      expiresAt: now() + behavior.codeLifetimeSeconds * 1000,
    });
    return redirect(callback(request, { code }));
  }

  function exchangeOrRefresh(call: Call): Answer {
    const answer = (body: object): Answer => inFormat(call, body);
    if (field(call, 'client_id') !== app.clientId || field(call, 'client_secret') !== app.clientSecret) {
      return answer(
        oauthError(
          'incorrect_client_credentials',
          'The client_id and/or client_secret passed are incorrect.',
        ),
      );
    }
    const grantType = field(call, 'grant_type');
    if (grantType === 'refresh_token') {
      const pair = tokens.rotate(field(call, 'refresh_token') ?? '');
      return answer(
        pair ?? oauthError('bad_refresh_token', 'The refresh token passed is incorrect or expired.'),
      );
    }
    if (grantType !== undefined && grantType !== 'authorization_code') {
      return answer(oauthError('unsupported_grant_type', 'The grant_type is not supported.'));
    }
    return answer(exchange(call));
  }

  function exchange(call: Call): object {
    const bad = oauthError('bad_verification_code', 'The code passed is incorrect or expired.');
    const presented = field(call, 'code') ?? '';
    const code = codes.get(presented);
    if (code === undefined || code.expiresAt <= now()) return bad;
    const redirectUri = field(call, 'redirect_uri');
    if (redirectUri !== undefined && redirectUri !== code.redirectUri) {
      return oauthError(
        'redirect_uri_mismatch',
        'The redirect_uri MUST match the registered callback URL for this application.',
      );
    }
    if (code.challenge !== undefined && code.challenge !== challengeOf(field(call, 'code_verifier') ?? ''))
      return bad;
    codes.delete(presented);
    if (!directory.user(code.login).emailVerified) {
      return oauthError('unverified_user_email', 'The user must have a verified primary email.');
    }
    return tokens.issuePair(code.login);
  }

  return [
    { on: 'GET /login/oauth/authorize', handle: showConsent },
    { on: 'POST /login/oauth/authorize', handle: decide },
    { on: 'POST /login/oauth/access_token', handle: exchangeOrRefresh },
  ];
}

function callback(
  { redirectUri, state }: AuthorizationRequest,
  parameters: Readonly<Record<string, string>>,
): string {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) target.searchParams.set(name, value);
  if (state !== undefined) target.searchParams.set('state', state);
  return target.href;
}

/** RFC 7636, section 4.6. */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** GitHub's OAuth errors come with status 200. */
export function oauthError(error: string, description: string): object {
  return {
    error,
    error_description: description,
    error_uri:
      'https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors',
  };
}

/** GitHub answers with a form unless the caller asks for JSON. */
export function inFormat(call: Call, body: object): Answer {
  if (call.headers.accept?.includes('application/json')) return json(200, body);
  const form = new URLSearchParams(body as Record<string, string>);
  return {
    status: 200,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: form.toString(),
  };
}

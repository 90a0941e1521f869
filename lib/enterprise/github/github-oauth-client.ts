import type { AccessToken, AuthorizationCode } from 'simple-oauth2';
import { boundedFetch, parseBody } from '../../oss/github/bounded-fetch.ts';
import { withDeadline } from '../../oss/github/deadline.ts';
import { errorOf, GitHubUnavailableError } from '../../oss/github/errors.ts';
import { meaningOf } from '../../oss/github/meaning.ts';
import { Secret } from '../../oss/secret.ts';
import { within } from '../../time-limit.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import { AppMisconfiguredError } from './errors.ts';
import { loadOAuth } from './load-oauth.ts';
import { failureOf } from './oauth-failure.ts';
import { shortLivedConnections } from './short-lived-connections.ts';
import { answerInError, tokensIn } from './token-answer.ts';

export interface GitHubOAuthClientOptions {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** `https://github.com`, or the address of a GitHub Enterprise Server. */
  readonly baseUrl: string;
  /** `https://api.github.com`, or `https://<host>/api/v3`. */
  readonly apiUrl: string;
  /**
   * Milliseconds for GitHub's whole answer; 10,000 unless given. As many again when this process was too busy to look: a
   * call never takes longer than twice this, and what the process stood still.
   */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch; the real clock unless given. */
  readonly now?: () => number;
}

export interface AuthorizeUrlOptions {
  /** RFC 6749, section 10.12. */
  readonly state: string;
  /** RFC 7636, section 4.2; the method is S256. */
  readonly codeChallenge: string;
  readonly redirectUri: string;
}

export interface ExchangeOptions {
  readonly code: Secret;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
  /** The one that the code was asked for with. */
  readonly redirectUri: string;
}

const LARGEST_ANSWER_BYTES = 65_536;

/** The OAuth 2.0 side of a GitHub App: its web flow, refreshing, and giving a grant back. Keeps no token. */
export class GitHubOAuthClient {
  readonly #openClient: () => AuthorizationCode;
  #opened: AuthorizationCode | undefined;
  readonly #applicationUrl: string;
  readonly #authorization: Secret;
  readonly #timeoutMs: number;
  readonly #now: () => number;

  constructor(options: GitHubOAuthClientOptions) {
    const { clientId, clientSecret, baseUrl, apiUrl, timeoutMs = 10_000, now = Date.now } = options;
    this.#openClient = () =>
      new (loadOAuth().AuthorizationCode)({
        client: { id: clientId, secret: clientSecret.reveal() },
        auth: {
          tokenHost: baseUrl,
          tokenPath: '/login/oauth/access_token',
          authorizePath: '/login/oauth/authorize',
        },
        options: { authorizationMethod: 'body' },
        http: {
          maxBytes: LARGEST_ANSWER_BYTES,
          // A proxy may call JSON by another name; what is none comes with the error, as it was.
          json: 'force',
          // Nor does a proxy always ask before it compresses.
          gunzip: true,
          headers: { 'Accept-Encoding': 'identity' },
          agent: shortLivedConnections(baseUrl, 3 * timeoutMs),
        },
      });
    this.#applicationUrl = `${apiUrl.replace(/\/+$/, '')}/applications/${encodeURIComponent(clientId)}`;
    this.#authorization = new Secret(
      `Basic ${Buffer.from(`${clientId}:${clientSecret.reveal()}`).toString('base64')}`,
    );
    this.#timeoutMs = timeoutMs;
    this.#now = now;
  }

  get #client(): AuthorizationCode {
    return (this.#opened ??= this.#openClient());
  }

  /** Where a browser goes to sign in (RFC 6749, section 4.1.1; RFC 7636, section 4.3). */
  authorizeUrl({ state, codeChallenge, redirectUri }: AuthorizeUrlOptions): string {
    return this.#client.authorizeURL({
      redirect_uri: redirectUri,
      state,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
    } as Parameters<AuthorizationCode['authorizeURL']>[0]);
  }

  /**
   * The tokens for a code (RFC 6749, section 4.1.3). A code works once.
   *
   * @throws BadVerificationCodeError, UnverifiedEmailError - the user has to act
   * @throws AppMisconfiguredError - the operator has to act
   * @throws TokenEndpointUnavailableError - nothing is known; GitHub may even have used the code up
   */
  async exchange({ code, codeVerifier, redirectUri }: ExchangeOptions): Promise<GithubTokens> {
    const parameters = { code: code.reveal(), redirect_uri: redirectUri, code_verifier: codeVerifier };
    return this.#request(() => this.#client.getToken(parameters));
  }

  /**
   * A new pair for a refresh token (RFC 6749, section 6). The old pair is dead from then on: keep the new one first,
   * then use it.
   *
   * @throws BadRefreshTokenError - this refresh token is dead
   * @throws AppMisconfiguredError - the operator has to act
   * @throws TokenEndpointUnavailableError - nothing is known; GitHub may even have rotated the pair
   */
  async refresh(refreshToken: Secret): Promise<GithubTokens> {
    const old = this.#client.createToken({ refresh_token: refreshToken.reveal() });
    return this.#request(() => old.refresh());
  }

  /**
   * Gives the user's grant back, which kills all their tokens of this App. Needs an access token that works.
   *
   * @returns `unknown-token` when GitHub does not know the token (any more): nothing was done.
   * @throws HttpError as the GitHub service throws them.
   * @see https://docs.github.com/rest/apps/oauth-applications#delete-an-app-authorization
   */
  async revokeGrant(accessToken: Secret): Promise<'revoked' | 'unknown-token'> {
    return (await this.#ask('DELETE', 'grant', accessToken)) ? 'revoked' : 'unknown-token';
  }

  /**
   * Whether a token of this App works.
   *
   * @throws HttpError as the GitHub service throws them; then nothing is known.
   * @see https://docs.github.com/rest/apps/oauth-applications#check-a-token
   */
  async knows(accessToken: Secret): Promise<boolean> {
    return this.#ask('POST', 'token', accessToken);
  }

  /** What the App asks about a token in its own name. @returns whether GitHub knows the token. */
  async #ask(method: 'DELETE' | 'POST', what: 'grant' | 'token', accessToken: Secret): Promise<boolean> {
    let response: Response;
    let body: unknown;
    try {
      response = await withDeadline(this.#timeoutMs, undefined, (signal) =>
        boundedFetch(`${this.#applicationUrl}/${what}`, {
          method,
          headers: {
            accept: 'application/vnd.github+json',
            authorization: this.#authorization.reveal(),
            'content-type': 'application/json',
            'user-agent': 'openhands-express',
          },
          body: JSON.stringify({ access_token: accessToken.reveal() }),
          signal,
        }),
      );
      body = parseBody(await response.text());
    } catch (error) {
      throw new GitHubUnavailableError(undefined, { cause: error });
    }
    const { status } = response;
    if (method === 'DELETE' ? status === 204 : status === 200 && typeof body === 'object') return true;
    const headers = Object.fromEntries(response.headers);
    const meaning = meaningOf({ of: 'app-endpoint', status, headers, body, now: this.#now() });
    if (meaning.kind === 'not-found' || meaning.kind === 'rejected') return false;
    if (meaning.kind === 'operator-error') throw new AppMisconfiguredError(meaning.reason);
    throw errorOf(
      meaning,
      new Error(`GitHub answered ${status} to ${method} /applications/{client_id}/${what}.`),
    );
  }

  /**
   * GitHub has used up the code or the refresh token by now. So any access token in the answer counts, whatever the form
   * of the answer. The library simple-oauth2 resolves with all JSON that came with a status below 400, an error of
   * OAuth included.
   */
  async #request(ask: () => Promise<AccessToken>): Promise<GithubTokens> {
    const late = () => new Error(`No whole answer within ${this.#timeoutMs} ms.`);
    // simple-oauth2 has a time-out for each half of the answer, which knows nothing of a busy process.
    const answer = await within(this.#timeoutMs, ask(), late).then(
      ({ token }) => ({ status: 200, headers: {}, body: token }),
      (error: unknown) => answerInError(error),
    );
    const now = this.#now();
    const tokens = tokensIn(answer.body, now);
    if (tokens === undefined) throw failureOf(answer, now);
    return tokens;
  }
}

import { Clock } from '../clock.ts';
import type { Answer, Route } from './answer.ts';
import { FAKE_APP, type FakeGitHubApp } from './app.ts';
import { applicationRoutes } from './applications.ts';
import { authentication } from './authentication.ts';
import { avatarRoutes } from './avatars.ts';
import { type FakeGitHubBehavior, GITHUB_BEHAVIOR } from './behavior.ts';
import { Calls } from './calls.ts';
import { controlRoutes } from './control.ts';
import type { Directory } from './directory.ts';
import { Faults } from './faults.ts';
import { graphqlRoutes } from './graphql.ts';
import { type Interceptor, Listener } from './listener.ts';
import { oauthRoutes } from './oauth.ts';
import { RateLimits } from './rate-limits.ts';
import { Representation } from './representation.ts';
import { restRoutes } from './rest.ts';
import { Secrets } from './secrets.ts';
import { seed } from './seed.ts';
import { Tokens } from './tokens.ts';
import { type SignedWebhook, signWebhook } from './webhooks.ts';

export interface FakeGitHubOptions extends Partial<FakeGitHubBehavior> {
  /** Of the web site; any free one unless given. */
  readonly port?: number;
  /**
   * `github.com`: the API has an address of its own, and PKCE is checked. `enterprise-server`: the API is below
   * `/api/v3` of the web site, and PKCE is not known. `github.com` unless given.
   */
  readonly layout?: 'github.com' | 'enterprise-server';
  /** A clock to share with the server under test. */
  readonly clock?: Clock;
}

/**
 * A GitHub for tests and demos: an HTTP server that behaves as GitHub does, with people, repositories and an App of its
 * own. Its clock can be set forward, and it fails on demand. Everything is in memory.
 *
 * @example
 * const github = await FakeGitHub.listen();
 * const token = github.addPersonalAccessToken('octocat');
 * github.faults.add({ on: 'GET /user', kind: 'status', status: 502, times: 1 });
 * const app = await openhands({ env: { ...github.environment, FILE_STORE_PATH: 'a folder of the test' } });
 * await github.close();
 */
export class FakeGitHub {
  /** The web site: `GITHUB_BASE_URL`. */
  readonly url: string;
  /** The root of the REST API: `GITHUB_API_URL`. */
  readonly apiUrl: string;
  readonly app: FakeGitHubApp = FAKE_APP;
  /** How it behaves; may be changed while it runs. */
  readonly options: FakeGitHubBehavior;
  readonly clock: Clock;
  /** Its people, repositories, installations, pull requests and issues; may be added to while it runs. */
  readonly directory: Directory = seed();
  readonly faults: Faults;
  readonly calls = new Calls();
  /** What a test of yours may look for in logs and responses: none of it belongs there. */
  readonly secrets = new Secrets([FAKE_APP.clientSecret, FAKE_APP.webhookSecret]);
  readonly tokens: Tokens;
  readonly #listeners: readonly Listener[];
  readonly #represent: Representation;

  private constructor(options: FakeGitHubOptions, web: Listener, api: Listener | undefined) {
    const { port: _port, layout: _layout, clock = new Clock(), ...behavior } = options;
    this.options = { ...GITHUB_BEHAVIOR, ...behavior };
    this.clock = clock;
    this.url = web.url;
    this.apiUrl = api?.url ?? `${web.url}/api/v3`;
    this.#listeners = api === undefined ? [web] : [web, api];
    this.faults = new Faults(clock.now);
    this.tokens = new Tokens(this.options, clock.now);
    this.#represent = new Representation(this.directory, this.app, { web: this.url, api: this.apiUrl });

    const intercept = this.#intercept;
    const site = { prefix: '', routes: this.#siteRoutes({ pkce: api !== undefined }), intercept };
    const control = { prefix: '', routes: [...avatarRoutes, ...controlRoutes(this)] };
    const { rest, graphql } = this.#apiRoutes();
    if (api === undefined) {
      const v3 = { prefix: '/api/v3', routes: rest, intercept };
      web.serve([site, control, v3, { prefix: '/api', routes: graphql, intercept }]);
    } else {
      web.serve([site, control]);
      api.serve([{ prefix: '', routes: [...rest, ...graphql], intercept }]);
    }
  }

  /** Starts one on the loopback address. Close it when done. */
  static async listen(options: FakeGitHubOptions = {}): Promise<FakeGitHub> {
    const web = await Listener.listen(options.port ?? 0);
    const api = options.layout === 'enterprise-server' ? undefined : await Listener.listen(0);
    return new FakeGitHub(options, web, api);
  }

  /** What a server has to be told to take this for GitHub; the OSS edition ignores what is the App's. */
  get environment(): Readonly<Record<string, string>> {
    return {
      GITHUB_BASE_URL: this.url,
      GITHUB_API_URL: this.apiUrl,
      GITHUB_APP_CLIENT_ID: this.app.clientId,
      GITHUB_APP_CLIENT_SECRET: this.app.clientSecret,
      GITHUB_APP_WEBHOOK_SECRET: this.app.webhookSecret,
    };
  }

  /** Sets its clock forward, such as for tokens to expire. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  /** A personal access token of this user, which lives until {@link FakeGitHub.revokeToken}. */
  addPersonalAccessToken(login: string): string {
    return this.tokens.issuePersonal(this.directory.user(login).login);
  }

  /** Kills one access token. */
  revokeToken(token: string): void {
    this.tokens.revoke(token);
  }

  /**
   * What a browser does on the consent page when its user continues as `login`.
   *
   * @param authorizeUrl - where the app has sent the browser.
   * @returns where GitHub sends the browser: the callback, with `code` and `state`.
   * @throws Error when GitHub shows a page instead, because it finds the link wrong.
   */
  authorize(authorizeUrl: string, login: string): Promise<string> {
    return decide(authorizeUrl, { login });
  }

  /** What a browser does when its user cancels. @returns the callback, with `error=access_denied`. */
  deny(authorizeUrl: string): Promise<string> {
    return decide(authorizeUrl, { cancel: '1' });
  }

  /**
   * The user revokes the app in GitHub's settings: its tokens die, and the webhook is sent if there is a
   * `webhookUrl`.
   *
   * @returns the status that the webhook was answered with, if it was sent.
   */
  async revokeAuthorization(login: string): Promise<number | undefined> {
    this.tokens.revokeGrant(login);
    const { webhookUrl } = this.options;
    if (webhookUrl === undefined) return undefined;
    const { headers, body } = this.revocationWebhook(login);
    const response = await fetch(webhookUrl, { method: 'POST', headers, body });
    await response.body?.cancel();
    return response.status;
  }

  /** The webhook that says that this user has revoked the app, signed, for a test to send itself. */
  revocationWebhook(login: string): SignedWebhook {
    const sender = this.#represent.account(this.directory.user(login));
    return this.webhook('github_app_authorization', { action: 'revoked', sender });
  }

  /** Any webhook, signed with the app's secret. */
  webhook(event: string, payload: object): SignedWebhook {
    return signWebhook(this.app.webhookSecret, event, payload);
  }

  /** Ends it, requests that hang included. */
  async close(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  readonly #intercept: Interceptor = async (call, handle) => {
    const issued: Answer[] = [];
    const outcome = await this.faults.run(call, async () => {
      const answer = await handle();
      issued.push(answer);
      return answer;
    });
    // What GitHub has issued is secret in whatever form it goes out.
    this.secrets.see(call, issued[0] ?? outcome.answer);
    const { grant_type: grantType = 'authorization_code' } = call.body;
    this.calls.record({
      route: call.route,
      at: this.clock.now(),
      status: outcome.answer?.status,
      ...(call.route === 'POST /login/oauth/access_token' && { grantType: String(grantType) }),
    });
    return outcome;
  };

  #siteRoutes({ pkce }: { pkce: boolean }): Route[] {
    const { app, options: behavior, directory, tokens } = this;
    return oauthRoutes({ app, behavior, directory, tokens, now: this.clock.now, pkce });
  }

  #apiRoutes(): { readonly rest: Route[]; readonly graphql: Route[] } {
    const { app, directory, tokens } = this;
    const represent = this.#represent;
    const addresses = { web: this.url, api: this.apiUrl };
    const limits = new RateLimits(this.options, this.clock.now);
    const authenticated = authentication(directory, tokens, limits);
    return {
      rest: [
        ...restRoutes({ directory, represent, authenticated }),
        ...applicationRoutes({ app, addresses, directory, represent, tokens }),
      ],
      graphql: graphqlRoutes({ directory, authenticated }),
    };
  }
}

async function decide(authorizeUrl: string, decision: Readonly<Record<string, string>>): Promise<string> {
  const url = new URL(authorizeUrl);
  const form = new URLSearchParams(url.searchParams);
  for (const [name, value] of Object.entries(decision)) form.set(name, value);
  const response = await fetch(`${url.origin}${url.pathname}`, {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  const body = await response.text();
  const location = response.headers.get('location');
  if (location === null) throw new Error(`GitHub did not redirect, but answered ${response.status}: ${body}`);
  return location;
}

/** How the fake behaves. Every field may be changed while it runs. */
export interface FakeGitHubBehavior {
  /** Seconds that an access token lives: GitHub's 8 hours. */
  accessTokenLifetimeSeconds: number;
  /** Seconds that a refresh token lives: GitHub's 184 days. */
  refreshTokenLifetimeSeconds: number;
  /** Seconds that a code lives: GitHub's 10 minutes. */
  codeLifetimeSeconds: number;
  /** `false`: expiry is switched off in the App; tokens have no lifetime and no refresh token. */
  expiringTokens: boolean;
  /** For so many milliseconds a new access token is answered with 401, as by a replica that lags behind. */
  replicaLagMs: number;
  /** Requests an hour for each user: GitHub's 5,000. */
  rateLimit: number;
  /** The callback URLs of the App. Empty: any `redirect_uri` is taken. */
  callbackUrls: string[];
  /** Where webhooks are sent; `undefined`: nowhere. */
  webhookUrl: string | undefined;
}

/** What GitHub does, with any callback URL and no webhook. */
export const GITHUB_BEHAVIOR: Readonly<FakeGitHubBehavior> = {
  accessTokenLifetimeSeconds: 28_800,
  refreshTokenLifetimeSeconds: 15_897_600,
  codeLifetimeSeconds: 600,
  expiringTokens: true,
  replicaLagMs: 0,
  rateLimit: 5_000,
  callbackUrls: [],
  webhookUrl: undefined,
};

import type { Secret } from '../../oss/secret.ts';
import { AppMisconfiguredError, BadRefreshTokenError } from '../github/errors.ts';
import { GitHubOAuthClient, type GitHubOAuthClientOptions } from '../github/github-oauth-client.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';
import type { RefreshOutcome, ServerMetrics } from './server-metrics.ts';

export interface ObservedOAuthClientOptions extends GitHubOAuthClientOptions {
  readonly metrics: Pick<ServerMetrics, 'refreshEnded'>;
}

/** An OAuth client that tells what comes of refreshes. */
export class ObservedOAuthClient extends GitHubOAuthClient {
  readonly #metrics: Pick<ServerMetrics, 'refreshEnded'>;

  constructor({ metrics, ...options }: ObservedOAuthClientOptions) {
    super(options);
    this.#metrics = metrics;
  }

  override async refresh(refreshToken: Secret): Promise<GithubTokens> {
    try {
      const tokens = await super.refresh(refreshToken);
      this.#metrics.refreshEnded('refreshed');
      return tokens;
    } catch (error) {
      this.#metrics.refreshEnded(outcomeOf(error));
      throw error;
    }
  }
}

function outcomeOf(error: unknown): RefreshOutcome {
  if (error instanceof BadRefreshTokenError) return 'ended_by_github';
  if (error instanceof AppMisconfiguredError) return 'misconfigured';
  return 'unavailable';
}

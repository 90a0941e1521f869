import { GitHubService, type GitHubServiceOptions } from '../../oss/github/github-service.ts';
import { Secret } from '../../oss/secret.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';

export interface SaaSGitHubServiceOptions extends Omit<GitHubServiceOptions, 'token'> {
  readonly githubUserId: string;
  readonly tokens: GithubTokenProvider;
}

/** GitHub on behalf of a signed-in user: the token comes from whoever keeps the tokens, and is renewed there. */
export class SaaSGitHubService extends GitHubService {
  readonly #githubUserId: string;
  readonly #tokens: GithubTokenProvider;

  constructor({ githubUserId, tokens, ...options }: SaaSGitHubServiceOptions) {
    super({ ...options, token: new Secret('') });
    this.#githubUserId = githubUserId;
    this.#tokens = tokens;
  }

  protected override accessToken(): Promise<Secret> {
    return this.#tokens.token(this.#githubUserId);
  }

  protected override replacementFor(rejected: Secret): Promise<Secret | undefined> {
    return this.#tokens.replacementFor(this.#githubUserId, rejected);
  }
}

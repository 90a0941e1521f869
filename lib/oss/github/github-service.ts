import { Octokit } from '@octokit/rest';
import type { Logger } from 'pino';
import type { z } from 'zod';

import type { Secret } from '../secret.ts';
import {
  installationRepositoriesAnswer,
  installationsAnswer,
  repositoriesAnswer,
  searchAnswer,
  userAnswer,
  type GitHubUser,
  type Repository,
} from './answers.ts';
import {
  classifyGitHubFailure,
  GitHubForbiddenError,
  GitHubUnavailableError,
  InvalidGitHubTokenError,
  type GitHubFailure,
} from './errors.ts';
import { failureOf } from './octokit-failure.ts';
import {
  SUGGESTED_TASKS_QUERY,
  suggestedTasks,
  suggestedTasksEnvelope,
  type SuggestedTask,
} from './suggested-tasks.ts';

export type { GitHubUser, Repository } from './answers.ts';
export type { SuggestedTask, TaskType } from './suggested-tasks.ts';

/** How `GET /user/repos` can sort. */
export const REPOSITORY_SORTS = ['created', 'updated', 'pushed', 'full_name'] as const;
/** How `GET /search/repositories` can sort. */
export const SEARCH_SORTS = ['stars', 'forks', 'help-wanted-issues', 'updated'] as const;

export interface GitHubServiceOptions {
  /** `https://api.github.com`, or `https://<host>/api/v3` of a GitHub Enterprise Server. */
  readonly apiUrl: string;
  readonly token: Secret;
  /** Told when GitHub announces the end of an endpoint. */
  readonly log?: Logger;
  /** Milliseconds that GitHub has to answer one request completely; 10,000 unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch; the real clock unless given. */
  readonly now?: () => number;
}

export interface RepositoriesOptions {
  readonly page: number;
  /** At most 100. */
  readonly perPage: number;
  /** Not heeded with `installationId`: GitHub does not sort those. */
  readonly sort: (typeof REPOSITORY_SORTS)[number];
  /** Only the repositories of this installation of the app. */
  readonly installationId?: number | undefined;
}

export interface SearchOptions {
  readonly query: string;
  /** At most 100. */
  readonly perPage: number;
  readonly sort: (typeof SEARCH_SORTS)[number];
  readonly order: 'asc' | 'desc';
}

/** What every request is sent with: the token, and the signal that ends it. */
type RequestOptions = NonNullable<Parameters<Octokit['rest']['users']['getAuthenticated']>[0]>;

interface Response {
  readonly url: string;
  readonly headers: ResponseHeaders;
  readonly data: unknown;
}

type ResponseHeaders = GitHubFailure['headers'] & { readonly link?: string | undefined };
type Send = (options: RequestOptions) => Promise<Response>;

/** A response whose body has been found to be what was expected. */
interface Checked<T extends z.ZodType> {
  readonly data: z.infer<T>;
  /** `""` if there was none. */
  readonly link: string;
  readonly headers: ResponseHeaders;
}

/**
 * GitHub on behalf of one user, for one request to this server. Another edition says where the token comes from by
 * {@link GitHubService.accessToken} and {@link GitHubService.replacementFor}.
 *
 * Every method throws the errors of `./errors.ts`, and no others; what is a dead token, a rate limit or an outage is
 * decided there.
 */
export class GitHubService {
  readonly #token: Secret;
  readonly #apiUrl: string;
  readonly #octokit: Octokit;
  readonly #timeoutMs: number;
  readonly #now: () => number;

  constructor({ apiUrl, token, log, timeoutMs = 10_000, now = Date.now }: GitHubServiceOptions) {
    this.#token = token;
    this.#apiUrl = apiUrl.replace(/\/+$/, '');
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    const silent = (): undefined => undefined;
    this.#octokit = new Octokit({
      baseUrl: this.#apiUrl,
      userAgent: 'openhands-express',
      // Octokit's debug log holds whole requests, with their tokens.
      log: { debug: silent, info: silent, warn: (message: string) => log?.warn(message), error: silent },
    });
  }

  /** The user that the token speaks for. */
  async getUser(): Promise<GitHubUser> {
    const { data } = await this.#ask(userAnswer, (options) =>
      this.#octokit.rest.users.getAuthenticated(options),
    );
    return data;
  }

  /** One page of the user's repositories, each with GitHub's `Link` header of that page. */
  async getRepositories({ page, perPage, sort, installationId }: RepositoriesOptions): Promise<Repository[]> {
    if (installationId === undefined) {
      const { data, link } = await this.#ask(repositoriesAnswer, (options) =>
        this.#octokit.rest.repos.listForAuthenticatedUser({ ...options, page, per_page: perPage, sort }),
      );
      return data.map((repository) => ({ ...repository, link_header: link }));
    }
    const { data, link } = await this.#ask(installationRepositoriesAnswer, (options) =>
      this.#octokit.rest.apps.listInstallationReposForAuthenticatedUser({
        ...options,
        installation_id: installationId,
        page,
        per_page: perPage,
      }),
    );
    return data.repositories.map((repository) => ({ ...repository, link_header: link }));
  }

  /** The ids of all installations of the app that the user can see. A personal access token sees none. */
  async getInstallationIds(): Promise<number[]> {
    const ids: number[] = [];
    for (let page = 1; ; page++) {
      const { data, link } = await this.#installations(page);
      ids.push(...data.installations.map(({ id }) => id));
      if (data.installations.length === 0 || !link.includes('rel="next"')) return ids;
    }
  }

  /** The best matches for a search, in GitHub's syntax for repositories. */
  async searchRepositories({ query, perPage, sort, order }: SearchOptions): Promise<Repository[]> {
    const { data } = await this.#ask(searchAnswer, (options) =>
      this.#octokit.rest.search.repos({ ...options, q: query, per_page: perPage, sort, order }),
    );
    return data.items.map((repository) => ({ ...repository, link_header: null }));
  }

  /** What the user might work on next: their open pull requests, and the open issues assigned to them. */
  async getSuggestedTasks(): Promise<SuggestedTask[]> {
    const { data, headers } = await this.#ask(suggestedTasksEnvelope, (options) =>
      this.#octokit.request({
        ...options,
        method: 'POST',
        url: graphqlUrl(this.#apiUrl),
        query: SUGGESTED_TASKS_QUERY,
      }),
    );
    // With both, some of the answer was withheld, and the rest is good.
    if (data.data) return suggestedTasks(data.data);
    const limited = data.errors?.some(({ type }) => type === 'RATE_LIMITED') ?? false;
    const cause = new Error('GitHub answered a GraphQL query with errors alone.');
    throw classifyGitHubFailure({ status: limited ? 429 : undefined, headers, now: this.#now(), cause });
  }

  /** The token to call GitHub with. */
  protected accessToken(): Promise<Secret> {
    return Promise.resolve(this.#token);
  }

  /**
   * Called when GitHub has answered 401 to a token, at most once for each request to GitHub.
   *
   * @returns the token to try instead, which may be the same one; `undefined`: there is none, the 401 stands.
   */
  protected replacementFor(_rejected: Secret): Promise<Secret | undefined> {
    return Promise.resolve(undefined);
  }

  async #installations(page: number): Promise<Checked<typeof installationsAnswer>> {
    try {
      return await this.#ask(installationsAnswer, (options) =>
        this.#octokit.rest.apps.listInstallationsForAuthenticatedUser({ ...options, page, per_page: 100 }),
      );
    } catch (error) {
      // GitHub's answer to a token that belongs to no app: a personal access token.
      if (!(error instanceof GitHubForbiddenError)) throw error;
      return { data: { installations: [] }, link: '', headers: {} };
    }
  }

  /** Sends a request, once more with another token after a 401, and checks that the answer makes sense. */
  async #ask<T extends z.ZodType>(answer: T, send: Send): Promise<Checked<T>> {
    const token = await this.accessToken();
    let response: Response;
    try {
      response = await this.#send(send, token);
    } catch (error) {
      if (!(error instanceof InvalidGitHubTokenError)) throw error;
      const replacement = await this.replacementFor(token);
      if (replacement === undefined) throw error;
      response = await this.#send(send, replacement);
    }
    const { url, headers, data } = response;
    const checked = answer.safeParse(data);
    if (checked.success) return { data: checked.data, link: headers.link ?? '', headers };
    throw new GitHubUnavailableError(undefined, { cause: nonsense(url, checked.error) });
  }

  async #send(send: Send, token: Secret): Promise<Response> {
    try {
      return await send({
        headers: { authorization: `Bearer ${token.reveal()}` },
        request: { signal: AbortSignal.timeout(this.#timeoutMs) },
      });
    } catch (error) {
      throw classifyGitHubFailure({ ...failureOf(error), now: this.#now() });
    }
  }
}

/** The GraphQL endpoint beside a REST root: `/graphql` on github.com, `/api/graphql` on GitHub Enterprise Server. */
function graphqlUrl(apiUrl: string): string {
  return `${apiUrl.replace(/\/api\/v3$/, '/api')}/graphql`;
}

/** Says where an answer is wrong, and not what it holds. */
function nonsense(url: string, { issues }: z.ZodError): Error {
  const places = issues.slice(0, 3).map(({ path, code }) => `${path.join('.') || 'the whole'}: ${code}`);
  return new Error(`GitHub's answer to ${url} does not have the expected shape (${places.join('; ')}).`);
}

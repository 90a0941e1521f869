import type { Logger } from 'pino';
import type { Secret } from '../secret.ts';
import {
  type GitHubUser,
  installationRepositoriesAnswer,
  installationsAnswer,
  repositoriesAnswer,
  type Repository,
  searchAnswer,
  userAnswer,
} from './answers.ts';
import { errorOf, GitHubForbiddenError } from './errors.ts';
import { type Checked, GitHubClient } from './github-client.ts';
import { meaningOfGraphQL } from './meaning.ts';
import type { RefusalReason } from './refusal.ts';
import {
  SUGGESTED_TASKS_QUERY,
  type SuggestedTask,
  suggestedTasks,
  suggestedTasksEnvelope,
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
  /** Aborted when nobody waits for the answers any more: then GitHub is not asked further. */
  readonly signal?: AbortSignal;
}

/** Why a token that belongs to no App is refused the installations of one. */
const WITHOUT_APP: ReadonlySet<RefusalReason> = new Set(['no-app', 'personal-token']);

/** Pages of one list; of 100 entries each, that is more than there are. */
const MOST_PAGES = 50;

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

/**
 * GitHub on behalf of one user, for one request to this server. Another edition says where the token comes from by
 * {@link GitHubService.accessToken} and {@link GitHubService.replacementFor}.
 *
 * Every method throws the errors of `./errors.ts`; what is a dead token, a rate limit or an outage is decided there.
 */
export class GitHubService {
  readonly #token: Secret;
  readonly #apiUrl: string;
  readonly #now: () => number;
  readonly #client: GitHubClient;

  readonly #log: Logger | undefined;

  constructor({ apiUrl, token, log, timeoutMs = 10_000, now = Date.now, signal }: GitHubServiceOptions) {
    this.#token = token;
    this.#apiUrl = apiUrl.replace(/\/+$/, '');
    this.#now = now;
    this.#log = log;
    this.#client = new GitHubClient({
      apiUrl: this.#apiUrl,
      accessToken: () => this.accessToken(),
      replacementFor: (rejected) => this.replacementFor(rejected),
      log,
      timeoutMs,
      now,
      signal,
    });
  }

  /** The user that the token speaks for. */
  async getUser(): Promise<GitHubUser> {
    const { data } = await this.#client.ask(userAnswer(), ({ rest }, options) =>
      rest.users.getAuthenticated(options),
    );
    return data;
  }

  /** One page of the user's repositories, each with GitHub's `Link` header of that page. */
  async getRepositories({ page, perPage, sort, installationId }: RepositoriesOptions): Promise<Repository[]> {
    if (installationId === undefined) {
      const { data, link } = await this.#client.ask(repositoriesAnswer(), ({ rest }, options) =>
        rest.repos.listForAuthenticatedUser({ ...options, page, per_page: perPage, sort }),
      );
      return data.map((repository) => ({ ...repository, link_header: link }));
    }
    const { data, link } = await this.#client.ask(installationRepositoriesAnswer(), ({ rest }, options) =>
      rest.apps.listInstallationReposForAuthenticatedUser({
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
    const ids = new Set<number>();
    const pages = new Set<string>();
    for (let page = 1; page <= MOST_PAGES; page++) {
      const { data, link } = await this.#installations(page);
      for (const { id } of data.installations) ids.add(id);
      // A proxy that does not heed `page` says for ever that there is a next one.
      const seen = data.installations.map(({ id }) => id).join();
      if (pages.has(seen) || !link.includes('rel="next"')) return [...ids];
      pages.add(seen);
    }
    this.#log?.warn({ pages: MOST_PAGES }, 'GitHub has ever more installations; the rest is left out');
    return [...ids];
  }

  /** The best matches for a search, in GitHub's syntax for repositories. */
  async searchRepositories({ query, perPage, sort, order }: SearchOptions): Promise<Repository[]> {
    // By a template, because `rest.search.repos` would send each `+` of the query as a blank.
    const { data } = await this.#client.ask(searchAnswer(), ({ request }, options) =>
      request('GET /search/repositories{?q,per_page,sort,order}', {
        ...options,
        q: query,
        per_page: perPage,
        sort,
        order,
      }),
    );
    return data.items.map((repository) => ({ ...repository, link_header: null }));
  }

  /** What the user might work on next: their open pull requests, and the open issues assigned to them. */
  async getSuggestedTasks(): Promise<SuggestedTask[]> {
    const url = graphqlUrl(this.#apiUrl);
    const { data, headers } = await this.#client.ask(suggestedTasksEnvelope(), ({ request }, options) =>
      request({ ...options, method: 'POST', url, query: SUGGESTED_TASKS_QUERY }),
    );
    const tasks = data.data ? suggestedTasks(data.data) : [];
    // With both, some of the answer was withheld, and the rest is good. Where nothing is left, the errors are the answer.
    if (tasks.length > 0 || data.errors.length === 0) return tasks;
    const { origin } = new URL(this.#apiUrl);
    const meaning = meaningOfGraphQL(data.errors, { headers, origin, now: this.#now() });
    throw errorOf(meaning, new Error('GitHub answered a GraphQL query with errors alone.'));
  }

  /** The token to call GitHub with. */
  protected accessToken(): Promise<Secret> {
    return Promise.resolve(this.#token);
  }

  /**
   * Called when GitHub has answered 401 to a token.
   *
   * @param _rejected - the tokens that the request at hand was sent with so far, the one just rejected last.
   * @returns the token to send it with next, which may be the same one; `undefined`: there is none, the 401 stands.
   */
  protected replacementFor(_rejected: readonly Secret[]): Promise<Secret | undefined> {
    return Promise.resolve(undefined);
  }

  async #installations(page: number): Promise<Checked<ReturnType<typeof installationsAnswer>>> {
    try {
      return await this.#client.ask(installationsAnswer(), ({ rest }, options) =>
        rest.apps.listInstallationsForAuthenticatedUser({ ...options, page, per_page: 100 }),
      );
    } catch (error) {
      // A personal access token belongs to no app. Any other refusal does not say that there is none.
      if (!(error instanceof GitHubForbiddenError && WITHOUT_APP.has(error.reason))) throw error;
      return { data: { installations: [] }, link: '', headers: {} };
    }
  }
}

/** The GraphQL endpoint beside a REST root: `/graphql` on github.com, `/api/graphql` on GitHub Enterprise Server. */
function graphqlUrl(apiUrl: string): string {
  return `${apiUrl.replace(/\/api\/v3$/, '/api')}/graphql`;
}

import { type Request, type RequestHandler, type Response, Router } from 'express';
import type { Logger } from 'pino';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { GitHubTokenRequiredError } from '../github/errors.ts';
import type { GitHubService } from '../github/github-service.ts';
import type { LastProfile } from '../profile/last-profile.ts';
import { type SeldomFields, SeldomLog } from '../seldom-log.ts';
import { parseInput } from '../validation.ts';
import { repositoriesQuery, searchQuery } from './github-queries.ts';
import { resource } from './resource.ts';

export interface GitHubRoutesOptions {
  /** GitHub on behalf of the user who makes the request; undefined when there is no token to use. */
  readonly githubService: (req: Request) => GitHubService | undefined;
  readonly lastProfile: (req: Request) => LastProfile | undefined;
  readonly log: Logger;
}

/** `/api/github/*`: GitHub, as the user may see it. */
export function githubRoutes({ githubService, lastProfile, log }: GitHubRoutesOptions): DeclaredRoutes {
  const router = Router();
  const seldom = new SeldomLog(log);

  const withGitHub =
    (answer: (github: GitHubService, req: Request, res: Response) => Promise<unknown>): RequestHandler =>
    async (req, res) => {
      const github = githubService(req);
      if (!github) throw req.state.rate_limited ?? new GitHubTokenRequiredError();
      res.json(await answer(github, req, res));
    };

  resource(router, '/api/github/user', {
    get: withGitHub(async (github, req, res) => {
      const kept = lastProfile(req);
      const { rate_limited } = req.state;
      try {
        if (rate_limited) throw rate_limited;
        const user = await github.getUser();
        await kept?.seen(user, log);
        return user;
      } catch (error) {
        // The stock client takes any error here for a sign-out, and wipes the user's token.
        const user = endsIdentity(error) ? undefined : await kept?.recall().catch(() => undefined);
        if (!user) throw error;
        if (rate_limited === undefined)
          seldom.info(inLog(error), 'The last profile seen stands in for one that GitHub did not give');
        res.removeHeader('Retry-After');
        res.set('X-Stale', '1');
        return user;
      }
    }),
  });

  resource(router, '/api/github/repositories', {
    get: withGitHub((github, req) => {
      const query = parseInput(repositoriesQuery(), 'query', givenIn(req));
      return github.getRepositories({
        page: query.page,
        perPage: query.per_page,
        sort: query.sort,
        installationId: query.installation_id,
      });
    }),
  });

  resource(router, '/api/github/installations', {
    get: withGitHub((github) => github.getInstallationIds()),
  });

  resource(router, '/api/github/search/repositories', {
    get: withGitHub((github, req) => {
      const { query, per_page, sort, order } = parseInput(searchQuery(), 'query', givenIn(req));
      return github.searchRepositories({ query, perPage: per_page, sort, order });
    }),
  });

  resource(router, '/api/github/suggested-tasks', {
    get: withGitHub((github) => github.getSuggestedTasks()),
  });

  return defineRoutes({ name: 'github', router });
}

/** Whether nobody is signed in any more: GitHub's 401, or no token. Whatever else goes wrong is somebody else's trouble. */
function endsIdentity(error: unknown): boolean {
  return error instanceof HttpError && error.status === 401;
}

/** Without its sentence, which is for the user: it may have an address for single sign-on that is theirs alone. */
function inLog(error: unknown): SeldomFields {
  return error instanceof HttpError ? { code: error.code, err: error.cause } : { err: error };
}

/** The query parameters that have a value: `installation_id=` says no more than leaving it out. */
function givenIn(req: Request): Record<string, unknown> {
  return Object.fromEntries(Object.entries(req.query).filter(([, value]) => value !== ''));
}

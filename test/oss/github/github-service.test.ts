import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { HttpError } from '../../../lib/oss/errors.ts';
import { GitHubService } from '../../../lib/oss/github/github-service.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub, type Fault } from '../../../lib/testing/index.ts';

const PAGE = { page: 1, perPage: 10, sort: 'pushed' } as const;
const SEARCH = { query: 'hello', perPage: 5, sort: 'stars', order: 'desc' } as const;

describe('GitHubService', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  function service(token = github.addPersonalAccessToken('octocat'), apiUrl = github.apiUrl): GitHubService {
    return new GitHubService({ apiUrl, token: new Secret(token), timeoutMs: 400 });
  }

  /** Of an app, unlike a personal access token. */
  const userToken = (login = 'octocat') => github.tokens.issuePair(login).access_token;

  it('gives the profile that the client reads, and nothing else of the user', async () => {
    assert.deepEqual(await service().getUser(), {
      id: 583231,
      login: 'octocat',
      avatar_url: `${github.url}/avatars/octocat.svg`,
      company: '@github',
      name: 'The Octocat',
      email: 'octocat@github.com',
    });
  });

  it('gives null for what a user does not show', async () => {
    const { company, name, email } = await service(github.addPersonalAccessToken('monalisa')).getUser();
    assert.deepEqual([company, name, email], [null, null, null]);
  });

  it('gives a page of repositories, each with the Link header of its page', async () => {
    const repositories = await service().getRepositories(PAGE);
    assert.equal(repositories.length, 10);
    const [first] = repositories;
    assert.deepEqual(Object.keys(first!), ['id', 'full_name', 'stargazers_count', 'link_header']);
    assert.deepEqual(
      [first!.id, first!.full_name, first!.stargazers_count],
      [1296269, 'octocat/Hello-World', 2870],
    );
    assert.match(first!.link_header!, /page=2&per_page=10&sort=pushed>; rel="next"/);
    assert.equal(new Set(repositories.map(({ link_header }) => link_header)).size, 1);
  });

  it('gives an empty Link header with a list that fits one page', async () => {
    const [first] = await service().getRepositories({ ...PAGE, perPage: 100 });
    assert.equal(first!.link_header, '');
  });

  it('gives the repositories of one installation', async () => {
    const repositories = await service(userToken()).getRepositories({ ...PAGE, installationId: 41002 });
    assert.deepEqual(repositories, [
      { id: 1500001, full_name: 'octo-org/octo-repo', stargazers_count: 340, link_header: '' },
    ]);
  });

  it('says 404 for an installation that the user cannot see', async () => {
    await assert.rejects(service(userToken('hubot')).getRepositories({ ...PAGE, installationId: 41001 }), {
      status: 404,
      code: 'github_not_found',
    });
  });

  it('gives the installations of all pages', async () => {
    for (let n = 0; n < 250; n++) github.directory.addInstallation({ owner: 'octo-org' });
    const ids = await service(userToken()).getInstallationIds();
    assert.equal(ids.length, 252);
    assert.equal(new Set(ids).size, 252);
    assert.equal(github.calls.count('GET /user/installations'), 3);
  });

  it('gives no installations for a personal access token, which belongs to no app', async () => {
    assert.deepEqual(await service().getInstallationIds(), []);
  });

  it('gives search results in the shape of repositories, with null for the Link header', async () => {
    assert.deepEqual(await service().searchRepositories(SEARCH), [
      { id: 1296269, full_name: 'octocat/Hello-World', stargazers_count: 2870, link_header: null },
    ]);
  });

  it('gives the suggested tasks, pull requests by the worst that can be said of them, then issues', async () => {
    const tasks = await service().getSuggestedTasks();
    assert.deepEqual(
      tasks.map(({ task_type, repo, issue_number }) => [task_type, repo, issue_number]),
      [
        ['MERGE_CONFLICTS', 'octo-org/octo-repo', 11],
        ['FAILING_CHECKS', 'octo-org/octo-repo', 12],
        ['UNRESOLVED_COMMENTS', 'octo-org/octo-repo', 13],
        ['OPEN_PR', 'octo-org/octo-repo', 14],
        ['OPEN_ISSUE', 'octocat/Hello-World', 21],
      ],
    );
    assert.deepEqual(Object.keys(tasks[0]!), ['task_type', 'repo', 'issue_number', 'title']);
  });

  it('works with a GitHub Enterprise Server, GraphQL included, with a slash at the end of its address or without', async () => {
    const server = await FakeGitHub.listen({ layout: 'enterprise-server' });
    try {
      for (const apiUrl of [server.apiUrl, `${server.apiUrl}/`]) {
        const there = service(server.addPersonalAccessToken('octocat'), apiUrl);
        assert.equal((await there.getUser()).login, 'octocat');
        assert.equal((await there.getSuggestedTasks()).length, 5);
      }
    } finally {
      await server.close();
    }
  });

  describe('when GitHub fails', () => {
    const outages: readonly (Partial<Fault> & { readonly kind: Fault['kind'] })[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'html' },
      { kind: 'html', status: 200 },
      { kind: 'empty' },
      { kind: 'malformed' },
      { kind: 'truncated' },
      { kind: 'reset' },
      { kind: 'lost-answer' },
      { kind: 'hang' },
      { kind: 'slow', delayMs: 2_000 },
    ];
    const methods: Readonly<Record<string, (service: GitHubService) => Promise<unknown>>> = {
      'GET /user': (there) => there.getUser(),
      'GET /user/repos': (there) => there.getRepositories(PAGE),
      'GET /user/installations': (there) => there.getInstallationIds(),
      'GET /search/repositories': (there) => there.searchRepositories(SEARCH),
      'POST /graphql': (there) => there.getSuggestedTasks(),
    };
    for (const [on, call] of Object.entries(methods)) {
      it(`says 503 and when to come back, whatever the outage of ${on}`, async () => {
        const there = service(userToken());
        for (const outage of outages) {
          github.faults.add({ ...outage, on, times: 1 } as Fault);
          await assert.rejects(call(there), (error: unknown) => {
            assert.ok(error instanceof HttpError);
            const { status, code, headers } = error;
            assert.deepEqual(
              [status, code, headers['Retry-After']],
              [503, 'github_unavailable', '10'],
              inspect(outage),
            );
            return true;
          });
        }
        await call(there);
      });

      it(`says 401 to a dead token at ${on}`, async () => {
        await assert.rejects(call(service('ghu_dead')), { status: 401, code: 'invalid_github_token' });
        assert.equal(github.calls.count(), 1, 'without another token there is no second try');
      });

      it(`says 429 to a rate limit at ${on}`, async () => {
        github.faults.add({ on, kind: 'rate-limit', retryAfterSeconds: 42, times: 1 });
        await assert.rejects(call(service(userToken())), { status: 429, headers: { 'Retry-After': '42' } });
      });
    }

    it('says 503 when nobody listens', async () => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      server.close();
      await assert.rejects(service('ghp_any', `http://127.0.0.1:${port}`).getUser(), { status: 503 });
    });

    it('gives up after its time-out', async () => {
      github.faults.add({ on: 'GET /user', kind: 'hang', times: 1 });
      await assert.rejects(service().getUser(), { status: 503 });
    });

    it('computes when a used-up rate limit starts anew', async () => {
      github.options.rateLimit = 0;
      await assert.rejects(service().getUser(), (error: HttpError) => {
        const seconds = Number(error.headers['Retry-After']);
        assert.ok(error.status === 429 && seconds > 3_590 && seconds <= 3_601, String(seconds));
        return true;
      });
    });

    it('takes GraphQL’s rate limit for one, though it comes with status 200', async () => {
      github.options.rateLimit = 0;
      await assert.rejects(service().getSuggestedTasks(), (error: HttpError) => {
        assert.equal(error.status, 429);
        assert.ok(Number(error.headers['Retry-After']) > 3_590);
        return true;
      });
    });

    it('shows the token nowhere: not in its errors, not in itself, not on the console', async () => {
      const printed: string[] = [];
      const original = { ...console };
      const print = (...args: unknown[]) => printed.push(inspect(args));
      Object.assign(console, { log: print, info: print, warn: print, error: print, debug: print });
      const token = github.addPersonalAccessToken('octocat');
      const there = service(token);
      const everything: string[] = [inspect(there, { depth: 9, showHidden: true })];
      try {
        for (const kind of ['status', 'html', 'malformed', 'reset', 'hang'] as const) {
          github.faults.add({ on: 'GET /user', kind, status: 500, times: 1 } as Fault);
          await there
            .getUser()
            .catch((error: unknown) => everything.push(inspect(error, { depth: 9, showHidden: true })));
        }
        github.revokeToken(token);
        await there
          .getUser()
          .catch((error: unknown) => everything.push(inspect(error, { depth: 9, showHidden: true })));
      } finally {
        Object.assign(console, original);
      }
      assert.equal(everything.length, 7);
      assert.ok(!everything.join().includes(token));
      assert.deepEqual(printed, []);
    });
  });

  describe('of another edition', () => {
    class Renewing extends GitHubService {
      readonly asked: (readonly Secret[])[] = [];
      readonly #latest: Secret;
      readonly #replacement: Secret | undefined;

      constructor(latest: string, replacement?: string) {
        super({ apiUrl: github.apiUrl, token: new Secret('ghu_not_used') });
        this.#latest = new Secret(latest);
        this.#replacement = replacement === undefined ? undefined : new Secret(replacement);
      }

      protected override accessToken(): Promise<Secret> {
        return Promise.resolve(this.#latest);
      }

      protected override replacementFor(rejected: readonly Secret[]): Promise<Secret | undefined> {
        this.asked.push([...rejected]);
        return Promise.resolve(rejected.length === 1 ? this.#replacement : undefined);
      }
    }

    it('takes the token from there', async () => {
      const there = new Renewing(userToken('hubot'));
      assert.equal((await there.getUser()).login, 'hubot');
      assert.deepEqual(there.asked, []);
    });

    it('tries once more with the replacement after a 401', async () => {
      const there = new Renewing('ghu_rotated_away', userToken());
      assert.equal((await there.getUser()).login, 'octocat');
      assert.equal(there.asked.length, 1);
      assert.ok(there.asked[0]![0]!.equals(new Secret('ghu_rotated_away')));
    });

    it('says what it has tried, and ends with the 401 when there is nothing more to try', async () => {
      const there = new Renewing('ghu_dead', 'ghu_dead_too');
      await assert.rejects(there.getUser(), { status: 401, code: 'invalid_github_token' });
      const asked = there.asked.map((rejected) => rejected.map((token) => token.reveal()));
      assert.deepEqual(asked, [['ghu_dead'], ['ghu_dead', 'ghu_dead_too']]);
      assert.equal(github.calls.count('GET /user'), 2);
    });

    it('asks for a replacement after a 401 only', async () => {
      const there = new Renewing(userToken(), userToken());
      for (const status of [403, 404, 422, 429, 500]) {
        github.faults.add({ on: 'GET /user', kind: 'status', status, times: 1 });
        await assert.rejects(there.getUser());
      }
      assert.deepEqual(there.asked, []);
    });

    it('hands its own errors through', async () => {
      class SignedOut extends GitHubService {
        protected override accessToken(): Promise<Secret> {
          return Promise.reject(new HttpError(401, 'not_authenticated', 'Sign in again.'));
        }
      }
      const there = new SignedOut({ apiUrl: github.apiUrl, token: new Secret('') });
      await assert.rejects(there.getUser(), { code: 'not_authenticated' });
      assert.equal(github.calls.count(), 0);
    });
  });
});

/** What GitHub answers besides what was hoped for, over HTTP: each kind has one meaning, whatever was asked. */
import assert from 'node:assert/strict';
import { HttpError } from '../../../lib/oss/errors.ts';
import { GitHubService } from '../../../lib/oss/github/github-service.ts';
import { Secret } from '../../../lib/oss/secret.ts';
import { FakeGitHub, type Fault } from '../../../lib/testing/index.ts';

type Ask = (service: GitHubService) => Promise<unknown>;

const PAGE = { page: 1, perPage: 10, sort: 'pushed' } as const;
const search = (query: string) => ({ query, perPage: 5, sort: 'stars', order: 'desc' }) as const;
const ROUTES: Readonly<Record<string, Ask>> = {
  'GET /user': (service) => service.getUser(),
  'GET /user/repos': (service) => service.getRepositories(PAGE),
  'GET /user/installations/{installation_id}/repositories': (service) =>
    service.getRepositories({ ...PAGE, installationId: 41001 }),
  'GET /user/installations': (service) => service.getInstallationIds(),
  'GET /search/repositories': (service) => service.searchRepositories(search('hello')),
  'POST /graphql': (service) => service.getSuggestedTasks(),
};

describe('What GitHub answers', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  function service(
    options: { token?: string; signal?: AbortSignal; timeoutMs?: number } = {},
  ): GitHubService {
    const { token = github.tokens.issuePair('octocat').access_token, timeoutMs = 2_000, signal } = options;
    return new GitHubService({
      apiUrl: github.apiUrl,
      token: new Secret(token),
      timeoutMs,
      now: github.clock.now,
      ...(signal && { signal }),
    });
  }

  /** What the client is told when GitHub fails so. */
  async function told(ask: Ask, fault: Fault, there = service()) {
    github.faults.clear();
    github.faults.add(fault);
    const error: unknown = await ask(there).then(
      (answer) => assert.fail(`${fault.kind} was answered with ${JSON.stringify(answer)}`),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof HttpError, String(error));
    return { status: error.status, code: error.code, retryAfter: error.headers['Retry-After'], error };
  }

  for (const [on, ask] of Object.entries(ROUTES)) {
    describe(`to ${on}`, () => {
      it('is a limit when only the body says so, of at least a minute', async () => {
        const { status, code, retryAfter } = await told(ask, { on, kind: 'rate-limit', in: 'body' });
        assert.deepEqual([status, code, retryAfter], [429, 'github_rate_limited', '60']);
      });

      const limits: readonly (readonly [string, Record<string, string>])[] = [
        ['You have triggered an abuse detection mechanism. Please retry your request again later.', {}],
        ['API rate limit exceeded for user ID 1.', { 'x-ratelimit-remaining': '4000' }],
        ['You have exceeded a secondary rate limit.', { 'x-ratelimit-remaining': '4999' }],
      ];
      for (const [message, headers] of limits) {
        it(`is a limit in the words "${message.slice(0, 32)}"`, async () => {
          const fault = { on, kind: 'answer', status: 403, headers, body: { message } } as const;
          assert.equal((await told(ask, fault)).status, 429);
        });
      }

      it('is a limit when a page says so', async () => {
        const body = '<html>Whoa there! You have exceeded a secondary rate limit.</html>';
        assert.equal((await told(ask, { on, kind: 'answer', status: 403, body })).status, 429);
      });

      it('is never a limit without an end, or with one that cannot be meant', async () => {
        const odd: readonly (readonly [Record<string, string>, string])[] = [
          [{ 'retry-after': '9'.repeat(400) }, '3600'],
          [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, '3600'],
          [{ 'retry-after': '-5' }, '60'],
          [{ 'retry-after': '1.5' }, '60'],
          [{ 'retry-after': 'Infinity' }, '60'],
          [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1e999' }, '3600'],
          [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1' }, '60'],
          [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '' }, '60'],
        ];
        for (const [headers, expected] of odd) {
          const fault = { on, kind: 'answer', status: 429, headers, body: { message: 'Slow down' } } as const;
          assert.equal((await told(ask, fault)).retryAfter, expected, JSON.stringify(headers));
        }
      });

      it('is a refusal that says what a person can do, and never that there is nothing', async () => {
        const refusals = {
          'single-sign-on': ['github_sso_required', /single sign-on/],
          'ip-allow-list': ['github_ip_not_allowed', /IP allow list/],
          suspended: ['github_suspended', /suspended/],
          'missing-permission': ['github_missing_permission', /permission/],
        } as const;
        for (const [reason, [expected, sentence]] of Object.entries(refusals)) {
          const fault = { on, kind: 'refusal', reason } as Fault;
          const { status, code, error } = await told(ask, fault);
          assert.deepEqual([status, code], [403, expected]);
          assert.match(error.message, sentence);
        }
      });

      it('has the address for single sign-on in the sentence, when it is GitHub’s own', async () => {
        const { error } = await told(ask, { on, kind: 'refusal', reason: 'single-sign-on' });
        assert.match(
          error.message,
          /http:\/\/127\.0\.0\.1:\d+\/orgs\/octo-org\/sso\?authorization_request=A+$/,
        );
        for (const url of ['https://evil.example/sso', 'javascript:alert(1)', 'nowhere']) {
          const headers = { 'x-github-sso': `required; url=${url}` };
          const { code, error } = await told(ask, { on, kind: 'answer', status: 403, headers, body: {} });
          assert.equal(code, 'github_sso_required');
          assert.ok(!error.message.includes(url), error.message);
        }
      });

      it('is nobody’s fault but the answer’s when it does not end', async () => {
        for (const kind of ['endless', 'trickle'] as const) {
          const there = service({ timeoutMs: 300 });
          const { status, code } = await told(ask, { on, kind }, there);
          assert.deepEqual([status, code], [503, 'github_unavailable'], kind);
        }
      });

      it('is an outage when it is too large, though it is good, and ends', async () => {
        const prefix = ' '.repeat(5 * 1024 * 1024);
        assert.equal((await told(ask, { on, kind: 'changed', prefix })).code, 'github_unavailable');
      });

      it('is an outage when a proxy’s page has the status, which is no word of GitHub’s', async () => {
        for (const status of [401, 404, 422]) {
          const answer = await told(ask, { on, kind: 'html', status });
          assert.deepEqual([answer.status, answer.code], [503, 'github_unavailable'], String(status));
        }
        assert.equal((await told(ask, { on, kind: 'status', status: 401 })).code, 'invalid_github_token');
        assert.equal((await told(ask, { on, kind: 'empty', status: 401 })).code, 'invalid_github_token');
      });

      it('is an outage when it leads to another host, which never sees the token', async () => {
        const elsewhere = await FakeGitHub.listen();
        try {
          for (const status of [301, 302, 303, 307, 308]) {
            const headers = { location: `${elsewhere.apiUrl}/user` };
            const answer = await told(ask, { on, kind: 'answer', status, headers });
            assert.deepEqual([answer.status, answer.code], [503, 'github_unavailable']);
          }
          assert.equal(elsewhere.calls.count(), 0);
        } finally {
          await elsewhere.close();
        }
      });

      it('is an outage when it leads to nowhere, or in circles', async () => {
        for (const location of ['http://', '', `${github.apiUrl}/user`]) {
          const headers = { location };
          github.calls.clear();
          assert.equal((await told(ask, { on: '*', kind: 'answer', status: 302, headers })).status, 503);
          assert.ok(github.calls.count() <= 4);
        }
      });

      it('is read by what it holds, though it is called otherwise or begins with a byte order mark', async () => {
        const there = service();
        const expected = await ask(there);
        github.faults.add({ on, kind: 'changed', contentType: 'text/plain', times: 1 });
        assert.deepEqual(await ask(there), expected);
        github.faults.add({ on, kind: 'changed', prefix: '\ufeff', times: 1 });
        assert.deepEqual(await ask(there), expected);
      });
    });
  }

  describe('in GraphQL', () => {
    const on = 'POST /graphql';
    const tasks: Ask = (there) => there.getSuggestedTasks();

    for (const type of ['RATE_LIMITED', 'RATE_LIMIT']) {
      it(`is a limit of type ${type}, of at least a minute`, async () => {
        const { status, retryAfter } = await told(tasks, { on, kind: 'graphql-error', type });
        assert.deepEqual([status, retryAfter], [429, '60']);
      });
    }

    it('is a limit by its words', async () => {
      const message = 'You have exceeded a secondary rate limit.';
      assert.equal((await told(tasks, { on, kind: 'graphql-error', type: 'X', message })).status, 429);
    });

    it('is a refusal of a token that lacks scopes', async () => {
      const { status, code } = await told(tasks, { on, kind: 'graphql-error', type: 'INSUFFICIENT_SCOPES' });
      assert.deepEqual([status, code], [403, 'github_missing_permission']);
    });

    it('is a refusal where nothing is left of the data, and the rest where something is', async () => {
      const errors = [{ type: 'FORBIDDEN', message: 'Resource protected by organization SAML enforcement.' }];
      const withheld = { viewer: { pullRequests: { nodes: [null] } }, search: { nodes: [] } };
      const refused = { on, kind: 'answer', body: { data: withheld, errors } } as const;
      assert.equal((await told(tasks, refused)).code, 'github_sso_required');
      const issue = { number: 7, title: 'Seven', repository: { nameWithOwner: 'octo-org/octo-repo' } };
      const rest = { ...withheld, search: { nodes: [null, issue] } };
      github.faults.clear();
      github.faults.add({ on, kind: 'answer', body: { data: rest, errors } });
      assert.equal((await service().getSuggestedTasks()).length, 1);
    });

    it('is an outage for every other error', async () => {
      assert.equal((await told(tasks, { on, kind: 'graphql-error', type: 'SOMETHING' })).status, 503);
    });
  });

  describe('with odd entries', () => {
    const good = { id: 5, full_name: 'octocat/good', stargazers_count: 3 };
    const odd = [null, 'text', 7, [], {}, { id: 0, full_name: 'a/b' }, { id: -1, full_name: 'a/b' }];

    for (const [on, ask, body] of [
      ['GET /user/repos', ROUTES['GET /user/repos'], (list: unknown) => list],
      [
        'GET /user/installations/{installation_id}/repositories',
        ROUTES['GET /user/installations/{installation_id}/repositories'],
        (repositories: unknown) => ({ repositories }),
      ],
      ['GET /search/repositories', ROUTES['GET /search/repositories'], (items: unknown) => ({ items })],
    ] as const) {
      it(`gives the good ones of ${on}, and defaults for what is missing`, async () => {
        const { stargazers_count: _, ...withoutStars } = good;
        const list = [...odd, good, { ...withoutStars, id: 6 }, { ...good, id: 7, stargazers_count: null }];
        github.faults.add({ on, kind: 'answer', body: body(list) });
        const found = (await ask!(service())) as { id: number; stargazers_count: number }[];
        assert.deepEqual(
          found.map(({ id, stargazers_count }) => [id, stargazers_count]),
          [
            [5, 3],
            [6, 0],
            [7, 0],
          ],
        );
      });
    }

    it('gives no more than GitHub puts on a page, however many there are', async () => {
      const list = Array.from({ length: 1_500 }, (_, n) => ({ ...good, id: n + 1 }));
      github.faults.add({ on: 'GET /user/repos', kind: 'answer', body: list });
      assert.equal((await service().getRepositories(PAGE)).length, 1_000);
    });

    it('gives the good installations', async () => {
      const body = { installations: [null, {}, { id: 41001 }, { id: '41002' }] };
      github.faults.add({ on: 'GET /user/installations', kind: 'answer', body });
      assert.deepEqual(await service().getInstallationIds(), [41001]);
    });

    it('gives the good tasks', async () => {
      const pull = { number: 1, title: null, repository: { nameWithOwner: 'a/b' } };
      const data = {
        viewer: { pullRequests: { nodes: [null, {}, pull, { ...pull, repository: null }] } },
        search: { nodes: [{}, null] },
      };
      github.faults.add({ on: 'POST /graphql', kind: 'answer', body: { data, errors: null } });
      const tasks = [{ task_type: 'OPEN_PR', repo: 'a/b', issue_number: 1, title: '' }];
      assert.deepEqual(await service().getSuggestedTasks(), tasks);
    });

    it('gives a user without what can be done without, and no user without an id', async () => {
      const on = 'GET /user';
      github.faults.add({ on, kind: 'answer', body: { id: 7, login: 'seven', name: 7 }, times: 1 });
      const user = { id: 7, login: 'seven', avatar_url: '', company: null, name: null, email: null };
      assert.deepEqual(await service().getUser(), user);
      for (const id of [0, -1, 1.5, '7', null, 1e20, undefined]) {
        const fault = { on, kind: 'answer', body: { id, login: 'seven', avatar_url: '' } } as const;
        assert.deepEqual((await told(ROUTES[on]!, fault)).code, 'github_unavailable', String(id));
      }
    });
  });

  describe('page by page', () => {
    const on = 'GET /user/installations';
    const next = { link: '<http://example.com/?page=2>; rel="next"' };

    it('ends with a page that was seen before', async () => {
      github.faults.add({
        on,
        kind: 'answer',
        headers: next,
        body: { installations: [{ id: 1 }, { id: 2 }] },
      });
      assert.deepEqual(await service().getInstallationIds(), [1, 2]);
      assert.equal(github.calls.count(on), 2);
    });

    it('ends with pages that go round in a circle', async () => {
      for (const id of [1, 2, 1, 2, 1, 2]) {
        github.faults.add({ on, kind: 'answer', headers: next, body: { installations: [{ id }] }, times: 1 });
      }
      assert.deepEqual(await service().getInstallationIds(), [1, 2]);
      assert.equal(github.calls.count(on), 3);
    });

    it('ends after 50, though there is always a next one', async () => {
      for (let id = 1; id <= 60; id++) {
        github.faults.add({ on, kind: 'answer', headers: next, body: { installations: [{ id }] }, times: 1 });
      }
      assert.equal((await service().getInstallationIds()).length, 50);
      assert.equal(github.calls.count(on), 50);
    });

    it('ends when the client has left', async () => {
      const client = new AbortController();
      github.faults.add({
        on,
        kind: 'answer',
        headers: next,
        body: { installations: [{ id: 1 }] },
        times: 1,
      });
      github.faults.add({ on, kind: 'hang' });
      const asking = assert.rejects(service({ signal: client.signal }).getInstallationIds(), {
        code: 'client_left',
      });
      while (github.calls.count(on) < 2) await new Promise((resolve) => setImmediate(resolve));
      client.abort();
      await asking;
      assert.equal(github.calls.count(on), 2);
    });
  });

  it('is no installation only for a token that belongs to no App', async () => {
    const on = 'GET /user/installations';
    assert.deepEqual(
      await service({ token: github.addPersonalAccessToken('octocat') }).getInstallationIds(),
      [],
    );
    const message = 'Resource not accessible by personal access token';
    github.faults.add({ on, kind: 'answer', status: 403, body: { message }, times: 1 });
    assert.deepEqual(await service().getInstallationIds(), []);
    github.faults.add({ on: 'GET /user', kind: 'answer', status: 403, body: { message }, times: 1 });
    await assert.rejects(service().getUser(), { code: 'github_missing_permission' });
    for (const other of ['Sorry. Your account was suspended.', 'No.', '']) {
      const fault = { on, kind: 'answer', status: 403, body: { message: other } } as const;
      assert.equal((await told(ROUTES[on]!, fault)).status, 403);
    }
  });

  it('is asked for with every character of a query', async () => {
    github.directory.addRepository({ owner: 'hubot', name: 'learn', language: 'C++' });
    github.directory.addRepository({
      owner: 'hubot',
      name: 'sea',
      language: 'C',
      description: 'a+b & c#d 100%',
    });
    const found = async (query: string) =>
      (await service().searchRepositories(search(query))).map(({ full_name }) => full_name);
    assert.deepEqual(await found('language:"C++"'), ['hubot/learn']);
    assert.deepEqual(await found('language:c++'), ['hubot/learn']);
    assert.deepEqual(await found('language:C'), ['hubot/sea']);
    for (const query of ['a+b', 'c#d', '& a+b', '100%'])
      assert.deepEqual(await found(query), ['hubot/sea'], query);
  });

  it('is not asked for with a token that no header can carry: that is none', async () => {
    for (const token of ['ghp_ü', 'ghp_line\nbreak', 'ghp_nul\0', 'ghp_with blank', 'ghp_\u200b', '']) {
      await assert.rejects(service({ token }).getUser(), { status: 401, code: 'invalid_github_token' });
    }
    assert.equal(github.calls.count(), 0);
  });

  it('may be at another address of the same host', async () => {
    const headers = { location: `${github.apiUrl}/user` };
    github.faults.add({ on: 'GET /user', kind: 'answer', status: 307, headers, times: 1 });
    assert.equal((await service().getUser()).login, 'octocat');
  });
});

import assert from 'node:assert/strict';
import { OssApp } from './oss-app.ts';

const ROUTES: Readonly<Record<string, string>> = {
  '/api/github/user': 'GET /user',
  '/api/github/repositories': 'GET /user/repos',
  '/api/github/installations': 'GET /user/installations',
  '/api/github/search/repositories?query=x': 'GET /search/repositories',
  '/api/github/suggested-tasks': 'POST /graphql',
};

describe('GitHub in the OSS edition', () => {
  let oss: OssApp;
  beforeEach(async () => {
    oss = await OssApp.start();
  });
  afterEach(() => oss.close());

  /** A token that another server has stored here: nobody has seen its profile. */
  const findToken = () =>
    oss.writeFile(
      'settings.json',
      JSON.stringify({ github_token: oss.github.addPersonalAccessToken('octocat') }),
    );

  for (const [path, route] of Object.entries(ROUTES)) {
    describe(path, () => {
      it('wants a token', async () => {
        await oss.request
          .get(path)
          .expect(401, { error: 'GitHub token required.', code: 'github_token_required' });
      });

      it('answers', async () => {
        await oss.saveTokenOf('octocat');
        const { body, headers } = await oss.request.get(path).expect(200);
        assert.ok(typeof body === 'object');
        assert.equal(headers.etag, undefined);
        assert.match(headers['cache-control'] ?? '', /no-store/);
      });

      it("passes GitHub's 401 on", async () => {
        const token = await oss.saveTokenOf('octocat');
        oss.github.revokeToken(token);
        await oss.request
          .get(path)
          .expect(401, { error: 'Invalid Github token', code: 'invalid_github_token' });
      });

      it('says that a stored token is none when no header can carry it', async () => {
        await oss.writeFile('settings.json', JSON.stringify({ github_token: 'ghp_m\u00fcll\u200b' }));
        await oss.request
          .get(path)
          .expect(401, { error: 'Invalid Github token', code: 'invalid_github_token' });
      });

      it('says that GitHub limits the rate, and for how long', async () => {
        await findToken();
        oss.github.faults.add({ on: route, kind: 'rate-limit' });
        const { body, headers } = await oss.request.get(path).expect(429);
        assert.equal(body.code, 'github_rate_limited');
        assert.match(headers['retry-after'] ?? '', /^\d+$/);
      });

      for (const kind of ['reset', 'html'] as const) {
        it(`says that GitHub is unavailable (${kind})`, async () => {
          await findToken();
          oss.github.faults.add({ on: route, kind });
          const { body, headers } = await oss.request.get(path).expect(503);
          assert.equal(body.code, 'github_unavailable');
          assert.match(headers['retry-after'] ?? '', /^\d+$/);
        });
      }
    });
  }

  it('shows the user', async () => {
    await oss.saveTokenOf('octocat');
    const { body } = await oss.request.get('/api/github/user').expect(200);
    assert.equal(body.login, 'octocat');
    assert.deepEqual(Object.keys(body).sort(), ['avatar_url', 'company', 'email', 'id', 'login', 'name']);
  });

  it("pages through repositories, with GitHub's own links", async () => {
    await oss.saveTokenOf('octocat');
    const { body } = await oss.request
      .get('/api/github/repositories?page=1&per_page=1&sort=full_name')
      .expect(200);
    assert.equal(body.length, 1);
    assert.deepEqual(Object.keys(body[0]).sort(), ['full_name', 'id', 'link_header', 'stargazers_count']);
    assert.match(body[0].link_header, /rel="next"/);
    assert.match(body[0].link_header, /per_page=1/);
  });

  it('asks for 10 repositories, the last pushed first, unless told otherwise', async () => {
    await oss.saveTokenOf('octocat');
    const { body } = await oss.request.get('/api/github/repositories?installation_id=').expect(200);
    await oss.request.get('/api/github/repositories?page=1&per_page=10&sort=pushed').expect(200, body);
  });

  const refused: readonly [string, string][] = [
    ['/api/github/repositories?page=0', 'page'],
    ['/api/github/repositories?page=two', 'page'],
    ['/api/github/repositories?per_page=-1', 'per_page'],
    ['/api/github/repositories?sort=mood', 'sort'],
    ['/api/github/repositories?installation_id=mine', 'installation_id'],
    ['/api/github/repositories?page=1&page=2', 'page'],
    ['/api/github/search/repositories', 'query'],
    ['/api/github/search/repositories?query=', 'query'],
    ['/api/github/search/repositories?query=x&order=up', 'order'],
  ];
  for (const [path, field] of refused) {
    it(`refuses ${path}`, async () => {
      await oss.saveTokenOf('octocat');
      const { body } = await oss.request.get(path).expect(422);
      assert.deepEqual(body.detail[0].loc, ['query', field]);
    });
  }

  it('gives at most 100 of anything, as GitHub does', async () => {
    await oss.saveTokenOf('octocat');
    await oss.request.get('/api/github/search/repositories?query=octocat&per_page=500').expect(200);
  });

  it('gives search results without links', async () => {
    await oss.saveTokenOf('octocat');
    const { body } = await oss.request.get('/api/github/search/repositories?query=o').expect(200);
    assert.ok(body.length > 0);
    assert.equal(body[0].link_header, null);
  });
});

import assert from 'node:assert/strict';
import { FakeGitHub } from '../../../lib/testing/index.ts';

interface Listed {
  readonly full_name: string;
  readonly stargazers_count: number;
}

describe('the REST API of the fake GitHub', () => {
  let github: FakeGitHub;
  let headers: Record<string, string>;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
    headers = { authorization: `Bearer ${github.tokens.issuePair('octocat').access_token}` };
  });
  afterEach(() => github.close());

  const get = (path: string) => fetch(`${github.apiUrl}${path}`, { headers });
  const list = async (path: string) => (await (await get(path)).json()) as Listed[];

  it('leads through all pages of a list by its Link header', async () => {
    const names: string[] = [];
    let next: string | undefined = `${github.apiUrl}/user/repos?per_page=10`;
    while (next !== undefined) {
      const response: Response = await fetch(next, { headers });
      names.push(...((await response.json()) as Listed[]).map(({ full_name }) => full_name));
      next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    }
    assert.equal(names.length, 27);
    assert.equal(new Set(names).size, 27);
  });

  it('names the previous and the first page, too, and on the last page no next one', async () => {
    const link = (await get('/user/repos?per_page=10&page=3')).headers.get('link')!;
    assert.deepEqual(
      [...link.matchAll(/rel="(\w+)"/g)].map(([, rel]) => rel),
      ['prev', 'first'],
    );
  });

  it('sends no Link header with a list that fits one page', async () => {
    assert.equal((await get('/user/repos?per_page=100')).headers.get('link'), null);
  });

  it('gives 30 a page, at most 100, and its default for nonsense', async () => {
    for (let n = 0; n < 100; n++) github.directory.addRepository({ owner: 'octocat', name: `more-${n}` });
    assert.equal((await list('/user/repos')).length, 30);
    assert.equal((await list('/user/repos?per_page=1000')).length, 100);
    assert.equal((await list('/user/repos?per_page=-1')).length, 30);
  });

  it('sorts as it is asked to', async () => {
    const first = async (sort: string) => (await list(`/user/repos?${sort}`))[0]?.full_name;
    assert.equal(await first('sort=pushed'), 'octocat/Hello-World');
    assert.equal(await first('sort=pushed&direction=asc'), 'octocat/experiment-01');
    assert.equal(await first('sort=full_name'), 'octo-org/handbook');
    assert.equal(await first('sort=created'), 'octocat/experiment-24');
  });

  it('searches names and descriptions, public repositories and those that the user can see', async () => {
    const search = async (query: string) => {
      const response = await get(`/search/repositories?${query}`);
      return ((await response.json()) as { items: Listed[] }).items;
    };
    assert.deepEqual(
      (await search('q=hello')).map(({ full_name }) => full_name),
      ['octocat/Hello-World'],
    );
    assert.deepEqual(
      (await search('q=user:hubot')).map(({ full_name }) => full_name),
      ['hubot/scripts'],
    );
    const stars = (await search('q=experiment&sort=stars&order=asc')).map((found) => found.stargazers_count);
    assert.deepEqual(
      stars,
      stars.toSorted((a, b) => a - b),
    );
    assert.ok((await search('q=handbook')).length === 1, 'a private one of an organization of the user');
  });

  it('lists only the repositories that an installation covers', async () => {
    const response = await get('/user/installations/41002/repositories');
    const { repositories } = (await response.json()) as { repositories: Listed[] };
    assert.deepEqual(
      repositories.map(({ full_name }) => full_name),
      ['octo-org/octo-repo'],
    );
  });

  it('counts down the rate limit of a user, then answers 403 until the hour is over', async () => {
    github.options.rateLimit = 2;
    assert.equal((await get('/user')).headers.get('x-ratelimit-remaining'), '1');
    assert.equal((await get('/user')).headers.get('x-ratelimit-remaining'), '0');
    const refused = await get('/user');
    assert.equal(refused.status, 403);
    assert.equal(refused.headers.get('x-ratelimit-remaining'), '0');
    github.advance(3_601_000);
    assert.equal((await get('/user')).status, 200);
  });

  it('answers 404 where GitHub has nothing', async () => {
    assert.equal((await get('/nothing/here')).status, 404);
  });
});

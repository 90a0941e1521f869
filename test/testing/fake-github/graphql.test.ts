import assert from 'node:assert/strict';
import { parseQuery } from '../../../lib/testing/fake-github/graphql-query.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';

describe('the GraphQL API of the fake GitHub', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  async function ask(
    query: string,
    variables = {},
  ): Promise<{ data?: unknown; errors?: { message: string }[] }> {
    const response = await fetch(`${github.apiUrl}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${github.addPersonalAccessToken('octocat')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query, variables }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as { data?: unknown; errors?: { message: string }[] };
  }

  it('gives what was asked for and no more, under the names that were asked for', async () => {
    const { data } = await ask(
      'query Q($who: String!) { me: viewer { login } user(login: $who) { login } }',
      {
        who: 'hubot',
      },
    );
    assert.deepEqual(data, { me: { login: 'octocat' }, user: { login: 'hubot' } });
  });

  it('gives null for a user whom it does not know', async () => {
    assert.deepEqual((await ask('{ user(login: "nobody") { login } }')).data, { user: null });
  });

  it('gives fields of a fragment to the type that the fragment is on', async () => {
    const { data } = await ask(`{
      search(type: ISSUE, first: 5, query: "is:issue assignee:@me") {
        nodes { ... on Issue { number } ... on PullRequest { title } }
      }
    }`);
    assert.deepEqual(data, { search: { nodes: [{ number: 21 }] } });
  });

  it('filters reviews by state and cuts lists to length', async () => {
    const { data } = await ask(`{
      viewer { pullRequests(first: 3) { nodes { number reviews(first: 1, states: [COMMENTED]) { nodes { state } } } } }
    }`);
    const { nodes } = (data as { viewer: { pullRequests: { nodes: object[] } } }).viewer.pullRequests;
    assert.deepEqual(nodes, [
      { number: 11, reviews: { nodes: [] } },
      { number: 12, reviews: { nodes: [{ state: 'COMMENTED' }] } },
      { number: 13, reviews: { nodes: [] } },
    ]);
  });

  const wrong: readonly (readonly [string, RegExp])[] = [
    ['{ viewer { shoeSize } }', /Field 'shoeSize' doesn't exist on type 'User'/],
    ['{ viewer }', /must have selections/],
    ['{ viewer { login { name } } }', /scalars/],
    ['{ viewer { pullRequests { nodes { number } } } }', /first/],
    ['{ viewer { pullRequests(first: 101) { nodes { number } } } }', /100/],
    ['{ viewer { login }', /Parse error on "end of file"/],
    ['{ viewer { login } } }', /Parse error on "}"/],
  ];
  for (const [query, message] of wrong) {
    it(`says with status 200 what is wrong with ${query}`, async () => {
      const { data, errors } = await ask(query);
      assert.equal(data, undefined);
      assert.match(errors![0]!.message, message);
    });
  }
});

describe('parseQuery', () => {
  it('reads every kind of value, and leaves strings alone', () => {
    const [field] = parseQuery(
      '# a comment, {\nquery Q($v: Int) { a(s: "x, # {\\"}", n: -1.5, e: OPEN, l: [1, 2], o: { k: true }, z: null, v: $v) }',
      { v: 7 },
    );
    assert.deepEqual(field, {
      kind: 'field',
      name: 'a',
      alias: 'a',
      selections: [],
      args: { s: 'x, # {"}', n: -1.5, e: 'OPEN', l: [1, 2], o: { k: true }, z: null, v: 7 },
    });
  });
});

import assert from 'node:assert/strict';
import { applicationRoutes } from '../../../lib/testing/fake-github/applications.ts';
import { restRoutes } from '../../../lib/testing/fake-github/rest.ts';
import { FakeGitHub } from '../../../lib/testing/index.ts';
import { basicError, publishedSchema } from './published-schemas.ts';

interface Example {
  readonly route: string;
  readonly status: number;
  /** Below the API's root; the route's own path unless given. */
  readonly path?: string;
  readonly as?:
    'octocat' | 'hubot' | 'monalisa' | 'personal' | 'app' | 'wrong app' | 'dead token' | 'nobody' | 'limited';
  readonly body?: object;
}

const TOKEN = '(a living token)';
const REPOSITORIES = 'GET /user/installations/{installation_id}/repositories';
const GRANT = 'DELETE /applications/{client_id}/grant';
const TOKEN_CHECK = 'POST /applications/{client_id}/token';
const TOKEN_DELETION = 'DELETE /applications/{client_id}/token';

const EXAMPLES: readonly Example[] = [
  { route: 'GET /user', status: 200 },
  { route: 'GET /user', status: 200, as: 'monalisa' },
  { route: 'GET /user', status: 200, as: 'personal' },
  { route: 'GET /user', status: 401, as: 'dead token' },
  { route: 'GET /user', status: 401, as: 'nobody' },
  { route: 'GET /user', status: 403, as: 'limited' },
  { route: 'GET /user/repos', status: 200 },
  { route: 'GET /user/repos', status: 200, as: 'monalisa' },
  { route: 'GET /user/repos', status: 401, as: 'dead token' },
  { route: 'GET /user/repos', status: 403, as: 'limited' },
  { route: 'GET /user/repos', status: 422, path: '/user/repos?type=all&visibility=all' },
  { route: 'GET /user/installations', status: 200 },
  { route: 'GET /user/installations', status: 401, as: 'dead token' },
  { route: 'GET /user/installations', status: 403, as: 'personal' },
  { route: REPOSITORIES, status: 200, path: '/user/installations/41001/repositories' },
  { route: REPOSITORIES, status: 200, path: '/user/installations/41002/repositories' },
  { route: REPOSITORIES, status: 401, path: '/user/installations/41001/repositories', as: 'dead token' },
  { route: REPOSITORIES, status: 403, path: '/user/installations/41001/repositories', as: 'personal' },
  { route: REPOSITORIES, status: 404, path: '/user/installations/41001/repositories', as: 'hubot' },
  { route: 'GET /search/repositories', status: 200, path: '/search/repositories?q=experiment' },
  { route: 'GET /search/repositories', status: 200, path: '/search/repositories?q=nothing-like-it' },
  { route: 'GET /search/repositories', status: 401, path: '/search/repositories?q=hello', as: 'dead token' },
  { route: 'GET /search/repositories', status: 403, path: '/search/repositories?q=hello', as: 'limited' },
  { route: 'GET /search/repositories', status: 422 },
  { route: TOKEN_CHECK, status: 200, as: 'app', body: { access_token: TOKEN } },
  { route: TOKEN_CHECK, status: 404, as: 'app', body: { access_token: 'ghu_unknown' } },
  { route: TOKEN_CHECK, status: 404, as: 'wrong app', body: { access_token: TOKEN } },
  { route: TOKEN_CHECK, status: 422, as: 'app', body: {} },
  { route: TOKEN_DELETION, status: 204, as: 'app', body: { access_token: TOKEN } },
  { route: TOKEN_DELETION, status: 404, as: 'app', body: { access_token: 'ghu_unknown' } },
  { route: TOKEN_DELETION, status: 422, as: 'app', body: {} },
  { route: GRANT, status: 204, as: 'app', body: { access_token: TOKEN } },
  { route: GRANT, status: 404, as: 'app', body: { access_token: 'ghu_unknown' } },
  { route: GRANT, status: 422, as: 'app', body: {} },
];

describe('the REST answers of the fake GitHub, held against the OpenAPI description that GitHub publishes', () => {
  let github: FakeGitHub;
  before(async () => {
    github = await FakeGitHub.listen();
  });
  after(() => github.close());

  it('has an example here for every endpoint that it serves', () => {
    const identity = (route: unknown) => route as never;
    const options = { authenticated: identity } as never;
    const served = [...restRoutes(options), ...applicationRoutes(options)].map(({ on }) => on);
    assert.deepEqual(new Set(EXAMPLES.map(({ route }) => route)), new Set(served));
  });

  for (const example of EXAMPLES) {
    const { route, status, path, as = 'octocat' } = example;
    it(`${route} as ${as}: ${status}${path?.includes('?') ? ` (${path})` : ''}`, async () => {
      const response = await send(github, example);
      assert.equal(response.status, status);
      const schema = publishedSchema(route, status) ?? basicError();
      if (schema === 'no body') {
        assert.equal(await response.text(), '');
        return;
      }
      assert.ok(schema(await response.json()), JSON.stringify(schema.errors?.slice(0, 5), null, 2));
    });
  }

  it('is refused when a field is missing, so that this test can fail', () => {
    const schema = publishedSchema('GET /user', 200);
    assert.ok(typeof schema === 'function' && !schema({ id: 1, login: 'octocat' }));
  });
});

async function send(github: FakeGitHub, { route, path, as = 'octocat', body }: Example): Promise<Response> {
  const [method = '', template = ''] = route.split(' ');
  const address = path ?? template.replace('{client_id}', github.app.clientId);
  const living = github.tokens.issuePair('octocat').access_token;
  if (as === 'limited') github.options.rateLimit = 0;
  try {
    return await fetch(`${github.apiUrl}${address}`, {
      method,
      headers: { 'content-type': 'application/json', ...authorization(github, as) },
      ...(body && { body: JSON.stringify(body).replace(TOKEN, living) }),
    });
  } finally {
    github.options.rateLimit = 5_000;
  }
}

function authorization(github: FakeGitHub, as: NonNullable<Example['as']>): Record<string, string> {
  const basic = (secret: string) =>
    `Basic ${Buffer.from(`${github.app.clientId}:${secret}`).toString('base64')}`;
  switch (as) {
    case 'nobody':
      return {};
    case 'dead token':
      return { authorization: 'Bearer ghu_dead' };
    case 'app':
      return { authorization: basic(github.app.clientSecret) };
    case 'wrong app':
      return { authorization: basic('not the secret') };
    case 'personal':
      return { authorization: `Bearer ${github.addPersonalAccessToken('octocat')}` };
    case 'limited':
      return { authorization: `Bearer ${github.tokens.issuePair('octocat').access_token}` };
    case 'octocat':
    case 'hubot':
    case 'monalisa':
      return { authorization: `Bearer ${github.tokens.issuePair(as).access_token}` };
  }
}

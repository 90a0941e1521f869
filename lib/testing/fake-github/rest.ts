/** The endpoints of the REST API that answer a user: `/user…` and the search. */
import { type Answer, type Call, failure, invalid, json, type Route } from './answer.ts';
import type { AuthenticatedRoute, Caller } from './authentication.ts';
import type { Directory, FakeRepository } from './directory.ts';
import { paginate } from './paging.ts';
import type { Representation } from './representation.ts';

export interface RestOptions {
  readonly directory: Directory;
  readonly represent: Representation;
  readonly authenticated: (route: AuthenticatedRoute) => Route['handle'];
}

/** The routes, below the root of the API. */
export function restRoutes({ directory, represent, authenticated }: RestOptions): Route[] {
  const repository = (found: FakeRepository) => represent.repository(found);
  const routes: Record<string, AuthenticatedRoute> = {
    'GET /user': (_call, { user }) => json(200, represent.privateUser(user)),

    'GET /user/repos': (call, { user }) => {
      if (call.query.has('type') && (call.query.has('visibility') || call.query.has('affiliation'))) {
        return failure(422, 'If you specify visibility or affiliation, you cannot specify type.');
      }
      const all = sorted(directory.repositoriesOf(user.login), call.query);
      const { items, headers } = paginate(call, all);
      return json(200, items.map(repository), headers);
    },

    'GET /user/installations': forApps((call, { user }) => {
      const all = directory.installationsOf(user.login);
      const { items, headers } = paginate(call, all);
      const installations = items.map((installation) => represent.installation(installation));
      return json(200, { total_count: all.length, installations }, headers);
    }),

    'GET /user/installations/{installation_id}/repositories': forApps((call, { user }) => {
      const id = Number(call.params.installation_id);
      const installation = directory.installationsOf(user.login).find((candidate) => candidate.id === id);
      if (installation === undefined) return failure(404, 'Not Found');
      const all = directory.repositoriesIn(installation);
      const { items, headers } = paginate(call, all);
      return json(200, { total_count: all.length, repositories: items.map(repository) }, headers);
    }),

    'GET /search/repositories': (call, { user }) => search(call, user.login),
  };

  function search(call: Call, login: string): Answer {
    const query = call.query.get('q')?.trim() ?? '';
    if (query === '') return invalid('Search', 'q', 'missing');
    const visible = directory.repositoriesOf(login);
    const found = directory.repositories
      .filter((candidate) => !candidate.private || visible.includes(candidate))
      .filter((candidate) => matches(candidate, query));
    const all = found.toSorted(bySearchOrder(call.query));
    const { items, headers } = paginate(call, all);
    const scored = items.map((item) => ({ ...repository(item), score: 1 }));
    return json(200, { total_count: all.length, incomplete_results: false, items: scored }, headers);
  }

  return Object.entries(routes).map(([on, route]) => ({ on, handle: authenticated(route) }));
}

/** These endpoints are for tokens that a GitHub App has been given by a user. */
function forApps(route: AuthenticatedRoute): AuthenticatedRoute {
  return (call: Call, caller: Caller) =>
    caller.kind === 'user-to-server'
      ? route(call, caller)
      : failure(
          403,
          'You must authenticate with an access token authorized to a GitHub App in order to list installations',
        );
}

const SORT_KEYS: Readonly<Record<string, (repository: FakeRepository) => string>> = {
  created: ({ createdAt }) => createdAt,
  updated: ({ pushedAt }) => pushedAt,
  pushed: ({ pushedAt }) => pushedAt,
  full_name: ({ owner, name }) => `${owner}/${name}`.toLowerCase(),
};

/** `GET /user/repos`: by full name and ascending unless asked otherwise, other keys descending. */
function sorted(repositories: readonly FakeRepository[], query: URLSearchParams): readonly FakeRepository[] {
  const sort = query.get('sort') ?? 'full_name';
  const key = SORT_KEYS[sort];
  if (key === undefined) return repositories;
  const ascending = (query.get('direction') ?? (sort === 'full_name' ? 'asc' : 'desc')) === 'asc';
  return repositories.toSorted((a, b) => key(a).localeCompare(key(b)) * (ascending ? 1 : -1));
}

/** Every word has to be in the name or the description; of the qualifiers, `user:`, `org:` and `language:` are understood. */
function matches({ owner, name, description, language }: FakeRepository, query: string): boolean {
  const text = `${owner}/${name} ${description ?? ''}`.toLowerCase();
  const words = query.toLowerCase().match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
  return words.every((word) => {
    const [qualifier, value] = word.replaceAll('"', '').split(':');
    if (value === undefined) return text.includes(qualifier ?? '');
    if (qualifier === 'language') return language?.toLowerCase() === value;
    return qualifier === 'user' || qualifier === 'org' ? owner.toLowerCase() === value : true;
  });
}

function bySearchOrder(query: URLSearchParams): (a: FakeRepository, b: FakeRepository) => number {
  const sign = query.get('order') === 'asc' ? 1 : -1;
  const sort = query.get('sort');
  if (sort === 'stars') return (a, b) => (a.stars - b.stars) * sign;
  if (sort === 'updated') return (a, b) => a.pushedAt.localeCompare(b.pushedAt) * sign;
  return () => 0;
}

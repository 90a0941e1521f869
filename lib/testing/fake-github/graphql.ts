/** The GraphQL API, as far as suggested tasks need it. What a query does not ask for, it does not get. */
import { type Answer, type Call, json, type Route } from './answer.ts';
import type { AuthenticatedRoute, LimitedAnswer } from './authentication.ts';
import type { Directory, FakeIssue, FakePullRequest, FakeUser } from './directory.ts';
import { type FieldSelection, parseQuery, QueryError, type Selection } from './graphql-query.ts';

type Args = Readonly<Record<string, unknown>>;
/** A GraphQL object: fields with their values, or with functions of the arguments. */
type Node = Readonly<Record<string, unknown>> & { readonly __typename: string };

export interface GraphqlOptions {
  readonly directory: Directory;
  readonly authenticated: (route: AuthenticatedRoute, limited: LimitedAnswer) => Route['handle'];
}

export function graphqlRoutes({ directory, authenticated }: GraphqlOptions): Route[] {
  const handle = authenticated((call, { user }) => answer(call, root(directory, user)), limited);
  return [{ on: 'POST /graphql', handle }];
}

/** @see https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
function limited(message: string, headers: Answer['headers']): Answer {
  return json(200, { errors: [{ type: 'RATE_LIMITED', message }] }, headers);
}

function answer(call: Call, query: Node): Answer {
  const { query: text, variables } = call.body;
  try {
    const selections = parseQuery(String(text), (variables ?? {}) as Args);
    return json(200, { data: resolve(selections, query) });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return json(200, { errors: [{ message: error.message }] });
  }
}

function resolve(selections: readonly Selection[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((entry) => resolve(selections, entry));
  if (typeof value !== 'object' || value === null) {
    if (selections.length > 0 && value !== null) throw new QueryError('Selections cannot be made on scalars');
    return value;
  }
  const node = value as Node;
  if (selections.length === 0) throw new QueryError(`Objects must have selections (${node.__typename})`);
  return Object.fromEntries(selections.flatMap((selection) => fields(selection, node)));
}

function fields(selection: Selection, node: Node): [string, unknown][] {
  if (selection.kind === 'field')
    return [[selection.alias, resolve(selection.selections, field(selection, node))]];
  return selection.on === node.__typename ? selection.selections.flatMap((inner) => fields(inner, node)) : [];
}

function field({ name, args }: FieldSelection, node: Node): unknown {
  const value = node[name];
  if (value === undefined) throw new QueryError(`Field '${name}' doesn't exist on type '${node.__typename}'`);
  return typeof value === 'function' ? (value as (args: Args) => unknown)(args) : value;
}

function root(directory: Directory, viewer: FakeUser): Node {
  return {
    __typename: 'Query',
    viewer: user(directory, viewer),
    user: ({ login }: Args) => {
      const found = directory.users.get(String(login));
      return found === undefined ? null : user(directory, found);
    },
    search: (args: Args) => connection('SearchResultItem', search(directory, viewer, args).map(issue), args),
  };
}

function user(directory: Directory, { login }: FakeUser): Node {
  return {
    __typename: 'User',
    login,
    pullRequests: (args: Args) => {
      const own = directory.pullRequests.filter(({ author }) => author === login);
      return connection('PullRequest', own.map(pullRequest), args);
    },
  };
}

function pullRequest({ number, title, repository, mergeable, checks, reviews }: FakePullRequest): Node {
  const statusCheckRollup = checks === null ? null : { __typename: 'StatusCheckRollup', state: checks };
  const commit = { __typename: 'Commit', statusCheckRollup };
  return {
    __typename: 'PullRequest',
    number,
    title,
    repository: { __typename: 'Repository', nameWithOwner: repository },
    mergeable,
    commits: (args: Args) =>
      connection('PullRequestCommit', [{ __typename: 'PullRequestCommit', commit }], args),
    reviews: (args: Args) => {
      const states = Array.isArray(args.states) ? args.states : undefined;
      const found = reviews.filter((state) => states?.includes(state) ?? true);
      return connection(
        'PullRequestReview',
        found.map((state) => ({ __typename: 'PullRequestReview', state })),
        args,
      );
    },
  };
}

function issue({ number, title, repository }: FakeIssue): Node {
  return {
    __typename: 'Issue',
    number,
    title,
    repository: { __typename: 'Repository', nameWithOwner: repository },
  };
}

/** Of the search's qualifiers, `is:issue` and `assignee:` are understood. */
function search(directory: Directory, viewer: FakeUser, { type, query }: Args): readonly FakeIssue[] {
  const words = String(query).split(/\s+/);
  if (type !== 'ISSUE' || !words.includes('is:issue')) return [];
  const assignee = words.find((word) => word.startsWith('assignee:'))?.slice('assignee:'.length);
  const login = assignee === '@me' ? viewer.login : assignee;
  return directory.issues.filter(({ assignees }) => login === undefined || assignees.includes(login));
}

/** GitHub refuses a connection without `first` or `last`, and one of more than 100. */
function connection(type: string, all: readonly Node[], { first, last }: Args): Node {
  const size = first ?? last;
  if (typeof size !== 'number' || size < 1 || size > 100) {
    throw new QueryError(
      `You must provide a \`first\` or \`last\` value of 1 to 100 on the ${type} connection.`,
    );
  }
  const nodes = first === undefined ? all.slice(-size) : all.slice(0, size);
  return { __typename: `${type}Connection`, totalCount: all.length, nodes };
}

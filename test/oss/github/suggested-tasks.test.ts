import assert from 'node:assert/strict';
import { validate } from '@octokit/graphql-schema';
import {
  SUGGESTED_TASKS_QUERY,
  suggestedTasks,
  suggestedTasksEnvelope,
} from '../../../lib/oss/github/suggested-tasks.ts';

interface Pull {
  readonly mergeable?: string;
  readonly checks?: string | null;
  readonly reviews?: readonly string[];
}

function pullRequest({ mergeable = 'MERGEABLE', checks = null, reviews = [] }: Pull): object {
  return {
    number: 1,
    title: 'A pull request',
    repository: { nameWithOwner: 'octo-org/octo-repo' },
    mergeable,
    commits: { nodes: [{ commit: { statusCheckRollup: checks === null ? null : { state: checks } } }] },
    reviews: { nodes: reviews.map((state) => ({ state })) },
  };
}

function tasksOf(pulls: unknown, issues: unknown = { nodes: [] }) {
  const { data } = suggestedTasksEnvelope().parse({
    data: { viewer: { pullRequests: pulls }, search: issues },
  });
  return suggestedTasks(data!);
}

describe('the query for suggested tasks', () => {
  it('fits the GraphQL schema that GitHub publishes', () => {
    assert.deepEqual(validate(SUGGESTED_TASKS_QUERY), []);
  });

  it('would not fit with a field that GitHub does not have, so that this test can fail', () => {
    assert.notDeepEqual(validate(SUGGESTED_TASKS_QUERY.replace('mergeable', 'mergable')), []);
  });
});

describe('suggestedTasks', () => {
  const precedence: readonly (readonly [string, Pull])[] = [
    ['MERGE_CONFLICTS', { mergeable: 'CONFLICTING', checks: 'FAILURE', reviews: ['COMMENTED'] }],
    ['FAILING_CHECKS', { mergeable: 'UNKNOWN', checks: 'FAILURE', reviews: ['CHANGES_REQUESTED'] }],
    ['FAILING_CHECKS', { checks: 'ERROR' }],
    ['UNRESOLVED_COMMENTS', { checks: 'PENDING', reviews: ['CHANGES_REQUESTED'] }],
    ['UNRESOLVED_COMMENTS', { reviews: ['COMMENTED'] }],
    ['OPEN_PR', { checks: 'SUCCESS' }],
    ['OPEN_PR', {}],
  ];
  for (const [expected, pull] of precedence) {
    it(`says ${expected} of a pull request that is ${JSON.stringify(pull)}`, () => {
      assert.deepEqual(tasksOf({ nodes: [pullRequest(pull)] }), [
        { task_type: expected, repo: 'octo-org/octo-repo', issue_number: 1, title: 'A pull request' },
      ]);
    });
  }

  it('passes over what GitHub withholds', () => {
    assert.deepEqual(tasksOf(null, null), []);
    assert.deepEqual(tasksOf({ nodes: null }, { nodes: null }), []);
    const withoutDetails = { ...pullRequest({}), commits: { nodes: [null] }, reviews: null };
    assert.deepEqual(
      tasksOf({ nodes: [null, withoutDetails] }, { nodes: [null] }).map(({ task_type }) => task_type),
      ['OPEN_PR'],
    );
  });

  it('takes an answer with data and errors, and none with neither', () => {
    const data = { viewer: { pullRequests: { nodes: [] } }, search: { nodes: [] } };
    const errors = [{ type: 'FORBIDDEN', message: 'SAML' }];
    assert.ok(suggestedTasksEnvelope().safeParse({ data, errors }).success);
    assert.ok(suggestedTasksEnvelope().safeParse({ data: null, errors }).success);
    for (const nonsense of [{}, { data: null }, { data: {} }, { message: 'Hello' }, '', '<html>', null]) {
      assert.ok(!suggestedTasksEnvelope().safeParse(nonsense).success, JSON.stringify(nonsense));
    }
  });
});

/** What the signed-in user might work on next: their open pull requests and the open issues assigned to them. */
import { z } from 'zod';
import { madeOnce } from '../made-once.ts';
import { listOf } from './answers.ts';

/** In order of precedence: a pull request is what the first of these says that fits. */
export type TaskType =
  'MERGE_CONFLICTS' | 'FAILING_CHECKS' | 'UNRESOLVED_COMMENTS' | 'OPEN_PR' | 'OPEN_ISSUE';

export interface SuggestedTask {
  readonly task_type: TaskType;
  /** `owner/name`. */
  readonly repo: string;
  readonly issue_number: number;
  readonly title: string;
}

/**
 * Issues come from the search: `viewer.issues` holds the issues that the user has written, so those that somebody
 * else has written and assigned to them would be missing.
 */
export const SUGGESTED_TASKS_QUERY = `
  query SuggestedTasks {
    viewer {
      pullRequests(first: 100, states: [OPEN], orderBy: { field: UPDATED_AT, direction: DESC }) {
        nodes {
          number
          title
          repository { nameWithOwner }
          mergeable
          commits(last: 1) { nodes { commit { statusCheckRollup { state } } } }
          reviews(first: 1, states: [CHANGES_REQUESTED, COMMENTED]) { nodes { state } }
        }
      }
    }
    search(type: ISSUE, first: 100, query: "is:open is:issue archived:false assignee:@me sort:updated-desc") {
      nodes {
        ... on Issue { number title repository { nameWithOwner } }
      }
    }
  }
`;

/** GraphQL puts `null` where the token may not look, such as in an organization that asks for single sign-on. */
function nodes<T extends z.ZodType>(node: T) {
  return z
    .object({ nodes: listOf(node).nullable() })
    .nullish()
    .transform((connection) => connection?.nodes ?? []);
}

const subject = madeOnce(() =>
  z.object({
    number: z.int().positive(),
    title: z.string().catch(''),
    repository: z.object({ nameWithOwner: z.string() }),
  }),
);

const state = madeOnce(() => z.object({ state: z.string() }));

const pullRequest = madeOnce(() =>
  subject().extend({
    mergeable: z.string().catch('UNKNOWN'),
    commits: nodes(
      z.object({ commit: z.object({ statusCheckRollup: state().nullable().catch(null) }) }),
    ).catch([]),
    reviews: nodes(state()).catch([]),
  }),
);

const suggestedTasksAnswer = madeOnce(() =>
  z.object({
    viewer: z
      .object({ pullRequests: nodes(pullRequest()) })
      .nullable()
      .transform((viewer) => viewer ?? { pullRequests: [] }),
    search: nodes(subject()),
  }),
);

/** The answer to {@link SUGGESTED_TASKS_QUERY}: data, or errors, or both (GraphQL specification, section 7.1). */
export const suggestedTasksEnvelope = madeOnce(() =>
  z
    .object({
      data: suggestedTasksAnswer().nullish(),
      errors: listOf(
        z.object({
          type: z.string().optional().catch(undefined),
          message: z.string().optional().catch(undefined),
        }),
      )
        .nullish()
        .transform((errors) => errors ?? []),
    })
    .refine(({ data, errors }) => Boolean(data) || errors.length > 0),
);

/** Pull requests first, then issues, each as GitHub ordered them: the latest first. */
export function suggestedTasks({
  viewer,
  search,
}: z.infer<ReturnType<typeof suggestedTasksAnswer>>): SuggestedTask[] {
  return [
    ...viewer.pullRequests.map((pull) => task(taskType(pull), pull)),
    ...search.map((issue) => task('OPEN_ISSUE', issue)),
  ];
}

function taskType(pull: z.infer<ReturnType<typeof pullRequest>>): TaskType {
  if (pull.mergeable === 'CONFLICTING') return 'MERGE_CONFLICTS';
  const checks = pull.commits.at(-1)?.commit.statusCheckRollup?.state;
  if (checks === 'FAILURE' || checks === 'ERROR') return 'FAILING_CHECKS';
  return pull.reviews.length > 0 ? 'UNRESOLVED_COMMENTS' : 'OPEN_PR';
}

function task(
  task_type: TaskType,
  { number, title, repository }: z.infer<ReturnType<typeof subject>>,
): SuggestedTask {
  return { task_type, repo: repository.nameWithOwner, issue_number: number, title };
}

/**
 * What this server needs of GitHub's answers. They are checked, because GitHub behind a proxy, or half down, answers
 * 200 with a page or with half a body. What can be done without has a default, and an odd entry never breaks a list.
 */
import { z } from 'zod';
import { madeOnce } from '../made-once.ts';

/** More than GitHub puts on a page, so that a list that never ends is not read to its end. */
const MOST_ENTRIES = 1_000;

const id = madeOnce(() => z.int().positive());

/** The part of GitHub's user that the OpenHands client reads. */
export const userAnswer = madeOnce(() => {
  const nullableText = z.string().nullable().catch(null);
  return z.object({
    id: id(),
    login: z.string().min(1),
    avatar_url: z.string().catch(''),
    company: nullableText,
    name: nullableText,
    email: nullableText,
  });
});

/** A list without the entries that cannot be read: GitHub Enterprise Server has nulls among them. */
export function listOf<T extends z.ZodType>(entry: T) {
  return z.array(z.unknown()).transform((entries): z.output<T>[] =>
    entries.slice(0, MOST_ENTRIES).flatMap((given) => {
      const { success, data } = entry.safeParse(given);
      return success ? [data] : [];
    }),
  );
}

export const repositoriesAnswer = madeOnce(() =>
  listOf(
    z.object({
      id: id(),
      full_name: z.string().min(1),
      stargazers_count: z.int().nonnegative().catch(0),
    }),
  ),
);
export const installationsAnswer = madeOnce(() =>
  z.object({ installations: listOf(z.object({ id: id() })) }),
);
export const installationRepositoriesAnswer = madeOnce(() =>
  z.object({ repositories: repositoriesAnswer() }),
);
export const searchAnswer = madeOnce(() => z.object({ items: repositoriesAnswer() }));

/** A GitHub user: `{ id, login, avatar_url, company, name, email }`. */
export type GitHubUser = z.infer<ReturnType<typeof userAnswer>>;

/** A repository, with the `Link` header of the page that it came on: `""` if there was none, `null` from a search. */
export interface Repository {
  readonly id: number;
  readonly full_name: string;
  readonly stargazers_count: number;
  readonly link_header: string | null;
}

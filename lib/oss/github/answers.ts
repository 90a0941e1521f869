/**
 * What this server needs of GitHub's answers. They are checked, because GitHub behind a proxy, or half down, answers
 * 200 with a page or with half a body, and Octokit passes that on as a string.
 */
import { z } from 'zod';

const nullableText = z
  .string()
  .nullish()
  .transform((text) => text ?? null)
  .pipe(z.string().nullable());

/** The part of GitHub's user that the OpenHands client reads. */
export const userAnswer = z.object({
  id: z.int(),
  login: z.string(),
  avatar_url: z.string(),
  company: nullableText,
  name: nullableText,
  email: nullableText,
});

export const repositoryAnswer = z.object({
  id: z.int(),
  full_name: z.string(),
  stargazers_count: z.int(),
});

export const repositoriesAnswer = z.array(repositoryAnswer);
export const installationsAnswer = z.object({ installations: z.array(z.object({ id: z.int() })) });
export const installationRepositoriesAnswer = z.object({ repositories: repositoriesAnswer });
export const searchAnswer = z.object({ items: repositoriesAnswer });

/** A GitHub user: `{ id, login, avatar_url, company, name, email }`. */
export type GitHubUser = z.infer<typeof userAnswer>;

/** A repository, with the `Link` header of the page that it came on: `""` if there was none, `null` from a search. */
export interface Repository {
  readonly id: number;
  readonly full_name: string;
  readonly stargazers_count: number;
  readonly link_header: string | null;
}

/** What can be told of an error that Octokit threw, without the request and the body that it drags along. */
import { z } from 'zod';
import type { GitHubFailure } from './errors.ts';

/** Octokit's `RequestError`; `response` is missing when no answer came. */
const requestError = z.object({
  request: z.object({ method: z.string(), url: z.string() }),
  response: z
    .object({
      status: z.number(),
      headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
    })
    .optional(),
});

/** Takes an Octokit error apart for `classifyGitHubFailure`. */
export function failureOf(error: unknown): Omit<GitHubFailure, 'now'> {
  const parsed = requestError.safeParse(error);
  if (!parsed.success) return { cause: new Error('GitHub could not be asked.', { cause: error }) };
  const { request, response } = parsed.data;
  const asked = `${request.method} ${request.url}`;
  if (response === undefined) {
    // The cause is what fetch threw: a time-out, or a network error with its code. It knows no headers.
    const cause = error instanceof Error ? error.cause : undefined;
    return { cause: new Error(`No answer from GitHub to ${asked}.`, { cause }) };
  }
  const { status, headers } = response;
  return { status, headers, cause: new Error(`GitHub answered ${status} to ${asked}.`) };
}

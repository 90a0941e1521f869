/** What can be told of an error that Octokit threw, without the request that it drags along. */
import { z } from 'zod';
import { isError } from '../is-error.ts';
import { madeOnce } from '../made-once.ts';
import { parseBody } from './bounded-fetch.ts';
import type { GitHubFailure } from './errors.ts';

/** Octokit's `RequestError`; `response` is missing when no answer came. */
const requestError = madeOnce(() =>
  z.object({
    request: z.object({ method: z.string(), url: z.string() }),
    response: z
      .object({
        status: z.number(),
        headers: z.record(z.string(), z.union([z.string(), z.number()]).optional()),
        data: z.unknown(),
      })
      .optional(),
  }),
);

/** Takes an Octokit error apart for `classifyGitHubFailure`. Its `cause` holds nothing of the body. */
export function failureOf(error: unknown): Omit<GitHubFailure, 'now'> {
  const parsed = requestError().safeParse(error);
  if (!parsed.success) return { cause: new Error('GitHub could not be asked.', { cause: error }) };
  const { request, response } = parsed.data;
  const { origin, pathname } = new URL(request.url);
  const asked = `${request.method} ${origin}${pathname}`;
  if (response === undefined) {
    // The cause is what fetch threw: a time-out, or a network error with its code. It knows no headers.
    const cause = isError(error) ? error.cause : undefined;
    return { cause: new Error(`No answer from GitHub to ${asked}.`, { cause }) };
  }
  const { status, headers, data } = response;
  const body = parseBody(data);
  return { status, headers, body, origin, cause: new Error(`GitHub answered ${status} to ${asked}.`) };
}

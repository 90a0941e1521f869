import type { Octokit } from '@octokit/rest';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { loadedOnce } from '../loaded-once.ts';
import type { Secret } from '../secret.ts';
import { boundedFetch, parseBody } from './bounded-fetch.ts';
import { withDeadline } from './deadline.ts';
import {
  classifyGitHubFailure,
  ClientLeftError,
  GitHubUnavailableError,
  InvalidGitHubTokenError,
} from './errors.ts';
import { failureOf } from './octokit-failure.ts';
import type { AnswerHeaders } from './retry-after.ts';
import { isSendable } from './sendable-token.ts';

export interface GitHubClientOptions {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** The token to call GitHub with. */
  readonly accessToken: () => Promise<Secret>;
  /** The token to send a request with that GitHub has answered 401 to with these so far, if there is one. */
  readonly replacementFor: (rejected: readonly Secret[]) => Promise<Secret | undefined>;
  readonly log: Logger | undefined;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
}

/** What every request is sent with: the token, and the signal that ends it. */
export type RequestOptions = NonNullable<Parameters<Octokit['rest']['users']['getAuthenticated']>[0]>;

/** One of Octokit's methods, with its parameters. */
export type Send = (octokit: Octokit, options: RequestOptions) => Promise<Response>;

interface Response {
  readonly url: string;
  readonly headers: ResponseHeaders;
  readonly data: unknown;
}

type ResponseHeaders = AnswerHeaders & { readonly link?: string | undefined };

/** A response whose body has been found to be what was expected. */
export interface Checked<T extends z.ZodType> {
  readonly data: z.infer<T>;
  /** The `Link` header, `""` if there was none. */
  readonly link: string;
  readonly headers: ResponseHeaders;
}

/**
 * Octokit with bounds of time and size, further tries after a 401, answers that are checked, and errors that a client
 * understands.
 */
export class GitHubClient {
  readonly #options: GitHubClientOptions;
  #octokit: Promise<Octokit> | undefined;

  constructor(options: GitHubClientOptions) {
    this.#options = options;
  }

  /**
   * Sends a request and checks that the answer is of the expected shape.
   *
   * @throws the errors of `./errors.ts`, and what `accessToken` and `replacementFor` throw.
   */
  async ask<T extends z.ZodType>(expected: T, send: Send): Promise<Checked<T>> {
    const { url, headers, data } = await this.#sendWithToken(send);
    const checked = expected.safeParse(parseBody(data));
    if (checked.success) return { data: checked.data, link: headers.link ?? '', headers };
    throw new GitHubUnavailableError(undefined, { cause: nonsense(url, checked.error) });
  }

  async #sendWithToken(send: Send): Promise<Response> {
    const rejected: Secret[] = [];
    let token = await this.#options.accessToken();
    for (;;) {
      try {
        return await this.#send(send, token);
      } catch (error) {
        if (!(error instanceof InvalidGitHubTokenError)) throw error;
        rejected.push(token);
        const replacement = await this.#options.replacementFor(rejected);
        if (replacement === undefined) throw error;
        token = replacement;
      }
    }
  }

  async #send(send: Send, token: Secret): Promise<Response> {
    if (!isSendable(token)) throw new InvalidGitHubTokenError();
    const { timeoutMs, now, signal } = this.#options;
    if (signal?.aborted) throw new ClientLeftError();
    const octokit = await (this.#octokit ??= openOctokit(this.#options));
    const headers = { authorization: `Bearer ${token.reveal()}` };
    try {
      return await withDeadline(timeoutMs, signal, (until) =>
        send(octokit, { headers, request: { signal: until } }),
      );
    } catch (error) {
      if (signal?.aborted) throw new ClientLeftError();
      throw classifyGitHubFailure({ ...failureOf(error), now: now() });
    }
  }
}

/** Loaded with the first request to GitHub: a server that starts can do without. */
const loadOctokit = loadedOnce(() => import('@octokit/rest'));

async function openOctokit({ apiUrl, log }: GitHubClientOptions): Promise<Octokit> {
  const { Octokit } = await loadOctokit();
  const silent = (): undefined => undefined;
  return new Octokit({
    baseUrl: apiUrl,
    userAgent: 'openhands-express',
    request: { fetch: boundedFetch },
    // Octokit's debug log holds whole requests, with their tokens.
    log: { debug: silent, info: silent, warn: (message: string) => log?.warn(message), error: silent },
  });
}

/** Says where an answer is wrong, and not what it holds. */
function nonsense(url: string, { issues }: z.ZodError): Error {
  const places = issues.slice(0, 3).map(({ path, code }) => `${path.join('.') || 'the whole'}: ${code}`);
  return new Error(`GitHub's answer to ${url} does not have the expected shape (${places.join('; ')}).`);
}

/** What GitHub's token endpoint has answered, read by what it holds: there is no asking twice. */
import { z } from 'zod';
import { parseBody } from '../../oss/github/bounded-fetch.ts';
import type { AnswerHeaders } from '../../oss/github/retry-after.ts';
import { Secret } from '../../oss/secret.ts';
import type { GithubTokens } from '../tokens/github-token-provider.ts';

export interface TokenAnswer {
  /** `undefined` when there was no answer, or none that was complete. */
  readonly status: number | undefined;
  readonly headers: AnswerHeaders;
  readonly body: unknown;
  /** Why there was no answer, such as `ECONNRESET`. */
  readonly problem?: string;
}

/** Ten years: no token lives longer, so a number above is no lifetime. */
const LONGEST_LIFETIME_SECONDS = 315_360_000;

/** A lifetime that is missing or makes no sense is not known: then the token is used until GitHub refuses it. */
const lifetime = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().positive().max(LONGEST_LIFETIME_SECONDS))
  .optional()
  .catch(undefined);

const tokens = z.object({
  access_token: z.string().trim().min(1),
  expires_in: lifetime,
  refresh_token: z.string().trim().min(1).optional().catch(undefined),
  refresh_token_expires_in: lifetime,
});

/**
 * The tokens in an answer; `undefined` when there is no access token in it, which alone makes it useless.
 *
 * @param now - milliseconds since the epoch
 */
export function tokensIn(body: unknown, now: number): GithubTokens | undefined {
  const { success, data } = tokens.safeParse(body);
  if (!success) return undefined;
  const { access_token, expires_in, refresh_token, refresh_token_expires_in } = data;
  return {
    accessToken: new Secret(access_token),
    ...(expires_in !== undefined && { expiresAt: now + expires_in * 1000 }),
    ...(refresh_token !== undefined && { refreshToken: new Secret(refresh_token) }),
    ...(refresh_token_expires_in !== undefined && {
      refreshTokenExpiresAt: now + refresh_token_expires_in * 1000,
    }),
  };
}

/** What simple-oauth2 throws: a Boom error of Wreck, with the response if there was one, and its body. */
const wreckError = z.object({
  data: z.object({
    res: z
      .object({
        statusCode: z.number(),
        headers: z.record(z.string(), z.union([z.string(), z.number()]).optional().catch(undefined)),
      })
      .optional(),
    /** An object if it was JSON, else the bytes. */
    payload: z.unknown().optional(),
    code: z.string().optional(),
  }),
});

/** The answer in an error of simple-oauth2, which throws for a status of 400 or more, and for all that is no JSON. */
export function answerInError(error: unknown): TokenAnswer {
  const { data } = wreckError.safeParse(error);
  const { res, payload, code } = data?.data ?? {};
  return {
    status: res?.statusCode,
    headers: res?.headers ?? {},
    body: Buffer.isBuffer(payload) ? parseAnything(payload) : payload,
    problem: code ?? 'no answer that can be read',
  };
}

/** JSON with a byte order mark, a form, or JSON that something has been added to or cut off, as long as it has a token. */
function parseAnything(bytes: Buffer): unknown {
  // Decoding drops the byte order mark.
  const text = new TextDecoder().decode(bytes).trim();
  const body = parseBody(text);
  if (typeof body === 'object') return body;
  if (FORM.test(text)) return Object.fromEntries(new URLSearchParams(text));
  const found: Record<string, string | undefined> = {};
  for (const [, name = '', word, number] of text.matchAll(FIELDS)) found[name] = word ?? number;
  // An error is not picked out of a page: it could end a sign-in.
  return found.access_token === undefined ? text : found;
}

const FORM = /^\w+=[^\s<>{}"]*$/;
const FIELDS = /"(\w+)"\s*:\s*(?:"([^"\\]*)"|(\d+)\b)/g;

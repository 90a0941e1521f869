import { z } from 'zod';
import type { HttpError } from '../../oss/errors.ts';
import {
  AppMisconfiguredError,
  BadRefreshTokenError,
  BadVerificationCodeError,
  TokenEndpointUnavailableError,
  UnverifiedEmailError,
} from './errors.ts';

/** GitHub's advice for a rate limit without `Retry-After` (its docs, "Rate limits for the REST API"). */
const A_MINUTE_MS = 60_000;

/** GitHub's OAuth errors, which come with status 200; none is taken for another on the word of the status alone. */
const errorAnswer = z.object({ error: z.string() });

/** What simple-oauth2 throws: a Boom error of Wreck, with the response if there was one, and its body if it was JSON. */
const wreckError = z.object({
  data: z.object({
    res: z.object({ statusCode: z.number(), headers: z.record(z.string(), z.unknown()) }).optional(),
    payload: z.unknown().optional(),
    code: z.string().optional(),
  }),
});

/** What GitHub meant by an answer that is no pair of tokens. */
export function failureOfAnswer(answer: unknown): HttpError {
  const parsed = errorAnswer.safeParse(answer);
  return parsed.success
    ? failureOfCode(parsed.data.error)
    : new TokenEndpointUnavailableError('answered with no tokens in it');
}

/**
 * What a failed request to GitHub's token endpoint means. Nothing of the error itself is passed on: it holds the request
 * with the client secret, and the answer.
 */
export function failureOfRequest(error: unknown): HttpError {
  const parsed = wreckError.safeParse(error);
  if (!parsed.success) return new TokenEndpointUnavailableError('gave an answer that cannot be read');
  const { res, payload, code } = parsed.data.data;
  if (res === undefined)
    return new TokenEndpointUnavailableError(`gave no answer (${code ?? 'connection failed'})`);
  if (errorAnswer.safeParse(payload).success) return failureOfAnswer(payload);
  const retryAfter =
    retryAfterMs(res.headers['retry-after']) ?? (res.statusCode === 429 ? A_MINUTE_MS : undefined);
  return new TokenEndpointUnavailableError(`answered ${res.statusCode}`, retryAfter);
}

function failureOfCode(code: string): HttpError {
  switch (code) {
    case 'bad_refresh_token':
      return new BadRefreshTokenError();
    case 'bad_verification_code':
      return new BadVerificationCodeError();
    case 'unverified_user_email':
      return new UnverifiedEmailError();
    case 'incorrect_client_credentials':
    case 'redirect_uri_mismatch':
    case 'unsupported_grant_type':
    case 'application_suspended':
      return new AppMisconfiguredError(code);
    default:
      // Not known to be definitive, so it must not cost anybody their tokens.
      return new TokenEndpointUnavailableError('answered with an error that is not known here');
  }
}

/** The delay form of RFC 9110, section 10.2.3; GitHub sends no other. */
function retryAfterMs(value: unknown): number | undefined {
  return typeof value === 'string' && /^\d+$/.test(value) ? Math.max(1, Number(value)) * 1000 : undefined;
}

import type { HttpError } from '../../oss/errors.ts';
import { meaningOf } from '../../oss/github/meaning.ts';
import {
  AppMisconfiguredError,
  BadRefreshTokenError,
  BadVerificationCodeError,
  TokenEndpointUnavailableError,
  UnverifiedEmailError,
} from './errors.ts';
import type { TokenAnswer } from './token-answer.ts';

/**
 * The error for an answer of the token endpoint that holds no tokens. Nothing of the answer itself is passed on.
 *
 * A limit is an outage to the one who waits: it is the App's limit, and not theirs.
 *
 * @param now - milliseconds since the epoch
 */
export function failureOf({ status, headers, body, problem }: TokenAnswer, now: number): HttpError {
  if (status === undefined) return new TokenEndpointUnavailableError(`gave no answer (${problem ?? 'none'})`);
  const meaning = meaningOf({ of: 'token-endpoint', status, headers, body, now });
  switch (meaning.kind) {
    case 'dead':
      return meaning.what === 'code' ? new BadVerificationCodeError() : new BadRefreshTokenError();
    case 'refusal':
      return new UnverifiedEmailError();
    case 'operator-error':
      return new AppMisconfiguredError(meaning.reason);
    case 'limit':
      return new TokenEndpointUnavailableError(`limits us (${status})`, meaning.retryAfterSeconds * 1000);
    case 'unavailable': {
      const { retryAfterSeconds: seconds } = meaning;
      const retryAfterMs = seconds === undefined ? undefined : seconds * 1000;
      return new TokenEndpointUnavailableError(`answered ${status} with no tokens in it`, retryAfterMs);
    }
    case 'not-found':
    case 'rejected':
      return new TokenEndpointUnavailableError(`answered ${status}`);
  }
}

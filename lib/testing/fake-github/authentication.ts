import { type Answer, type Call, failure } from './answer.ts';
import type { Directory, FakeUser } from './directory.ts';
import type { RateLimits } from './rate-limits.ts';
import type { TokenHolder, Tokens } from './tokens.ts';

/** A caller whom GitHub has recognized. */
export interface Caller {
  readonly user: FakeUser;
  readonly kind: TokenHolder['kind'];
}

/** A route for callers with a token. */
export type AuthenticatedRoute = (call: Call, caller: Caller) => Answer;

/** What a caller is told whose rate limit is used up. */
export type LimitedAnswer = (message: string, headers: Answer['headers']) => Answer;

const limitedRest: LimitedAnswer = (message, headers) => failure(403, message, headers);

/**
 * Lets only those through whose token lives and whose rate limit is not used up, and adds the rate limit headers to
 * every answer.
 */
export function authentication(directory: Directory, tokens: Tokens, limits: RateLimits) {
  return (route: AuthenticatedRoute, limited: LimitedAnswer = limitedRest) =>
    (call: Call): Answer => {
      const token = bearer(call.headers.authorization);
      if (token === undefined) return failure(401, 'Requires authentication');
      const holder = tokens.holderAtReplica(token);
      if (holder === undefined) return failure(401, 'Bad credentials');
      const user = directory.user(holder.login);
      const limit = limits.take(user.login);
      if (limit.exceeded) return limited(`API rate limit exceeded for user ID ${user.id}.`, limit.headers);
      const answer = route(call, { user, kind: holder.kind });
      return { ...answer, headers: { ...limit.headers, ...answer.headers } };
    };
}

function bearer(authorization = ''): string | undefined {
  return /^(?:bearer|token) (\S+)$/i.exec(authorization)?.[1];
}

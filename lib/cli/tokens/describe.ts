import type { TokenStatus } from '../../oss/token-custody.ts';

/** The state of a user's tokens in a word or two. */
export function stateOf({ state, keeper, refreshFailures, revocation }: TokenStatus): string {
  if (state === 'unreadable' || revocation === 'unreadable') return 'unreadable';
  if (state === 'signed_in') return refreshFailures === undefined ? 'signed in' : 'refresh failing';
  if (state === 'kept_elsewhere') return `kept by ${keeper}`;
  return revocation === 'pending' ? 'revoking' : 'signed out';
}

/** @param ms - milliseconds since the epoch. */
export function time(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** The status in the form of the JSON that the commands print: names in snake case, times as they are. */
export function jsonOf(githubUserId: string, status: TokenStatus): string {
  const { state, problem, revocation, settingsProblem, refreshFailures: failures } = status;
  return JSON.stringify({
    github_user_id: githubUserId,
    state,
    keeper: status.keeper,
    problem,
    encryption_key: status.encryptionKey,
    obtained_at: status.obtainedAt,
    expires_at: status.expiresAt,
    refresh_token_expires_at: status.refreshTokenExpiresAt,
    signed_out_at: status.signedOutAt,
    refresh_failures: failures && { count: failures.count, retry_at: failures.retryAt },
    revocation,
    settings_problem: settingsProblem,
    other_problems: status.otherProblems,
  });
}

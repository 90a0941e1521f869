import type { TokenStatus } from '../../oss/token-custody.ts';
import { jsonOf, stateOf, time } from './describe.ts';
import type { TokensAction } from './tokens-action.ts';

/** All that is known of one user's tokens, but for the tokens. */
export const showTokens: TokensAction = async ({ custody, githubUserId, json, terminal }) => {
  const status = await custody.status(githubUserId);
  if (status === undefined) {
    terminal.error(`Nothing is kept of the user ${githubUserId}.`);
    return 1;
  }
  terminal.out(json ? jsonOf(githubUserId, status) : describe(githubUserId, status));
  return 0;
};

function describe(githubUserId: string, status: TokenStatus): string {
  const { state, revocation, refreshFailures: failures } = status;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['user', githubUserId],
    ['state', stateOf(status)],
    ['problem', status.problem],
    ['encryption key', status.encryptionKey],
    ['obtained', optionalTime(status.obtainedAt)],
    ['access token expires', expiry(state, status.expiresAt)],
    ['refresh token expires', expiry(state, status.refreshTokenExpiresAt)],
    ['failed refreshes', failures && `${failures.count}, next try ${time(failures.retryAt)}`],
    ['signed out', optionalTime(status.signedOutAt)],
    ['revocation', revocation === 'none' ? undefined : revocation],
    ['settings', status.settingsProblem],
    ['other documents', status.otherProblems?.join(' ')],
  ];
  return rows
    .flatMap(([name, value]) => (value === undefined ? [] : `${name.padEnd(22)} ${value}`))
    .join('\n');
}

function expiry(state: TokenStatus['state'], at: number | undefined): string | undefined {
  return at === undefined && state === 'signed_in' ? 'never' : optionalTime(at);
}

function optionalTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : time(ms);
}

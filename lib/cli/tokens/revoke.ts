import type { TokensAction } from './tokens-action.ts';

/** Signs one user out everywhere. */
export const revokeTokens: TokensAction = async ({ custody, githubUserId, terminal }) => {
  const before = await custody.status(githubUserId);
  // Even if nothing is kept: there may be sessions.
  await custody.revoke(githubUserId);
  if (before === undefined) {
    terminal.error(
      `Nothing is kept of the user ${githubUserId}. Their sessions, if there are any, are ended.`,
    );
    return 1;
  }
  const after = await custody.status(githubUserId);
  terminal.out(
    after?.revocation === 'pending'
      ? 'The user is signed out. GitHub could not take the grant back now; the servers go on trying.'
      : 'The user is signed out everywhere.',
  );
  return 0;
};

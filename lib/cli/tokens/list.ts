import { jsonOf, stateOf, time } from './describe.ts';
import type { TokensAction } from './tokens-action.ts';

/** A line for each user as it is read: with very many users, the first is there at once. */
export const listTokens: TokensAction = async ({ custody, json, terminal }) => {
  if (!json) terminal.out(line('USER', 'STATE', 'EXPIRES'));
  for await (const id of custody.userIds()) {
    const status = await custody.status(id);
    if (status === undefined) continue;
    const { state, expiresAt } = status;
    const expires = expiresAt === undefined ? (state === 'signed_in' ? 'never' : '') : time(expiresAt);
    terminal.out(json ? jsonOf(id, status) : line(id, stateOf(status), expires));
  }
  return 0;
};

function line(user: string, state: string, expires: string): string {
  return `${user.padEnd(12)}  ${state.padEnd(15)}  ${expires}`.trimEnd();
}

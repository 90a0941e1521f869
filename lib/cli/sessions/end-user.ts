import type { SessionRegister } from '../../oss/session-register.ts';
import type { Terminal } from '../command.ts';

/**
 * Ends the sessions of one user.
 *
 * @param user - a GitHub id, or a login.
 * @returns the exit code.
 */
export async function endSessionsOfUser(
  register: SessionRegister,
  user: string,
  terminal: Terminal,
): Promise<number> {
  const ids = /^\d{1,20}$/.test(user) ? [user] : await idsOf(register, user);
  const [id, ...others] = ids;
  if (id === undefined) {
    terminal.error(
      `Nobody with the login ${user} was seen. Give the GitHub id: gh api users/${user} --jq .id`,
    );
    return 1;
  }
  if (others.length > 0) {
    // One has it now, and the others had it before they changed it: only GitHub knows.
    terminal.error(
      `Several users had the login ${user} when they were last seen: ${ids.join(', ')}. Give an id.`,
    );
    return 1;
  }
  if (await register.end(id)) {
    terminal.out(`The sessions of the user ${id} are ended; all servers follow within two seconds.`);
    return 0;
  }
  terminal.error(`The user ${id} has no sessions.`);
  return 1;
}

async function idsOf(register: SessionRegister, login: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of register.userIdsWithLogin(login)) ids.push(id);
  return ids;
}

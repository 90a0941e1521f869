import { ConfigurationError } from '../oss/errors.ts';
import { type Command, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { endAllSessions } from './sessions/end-all.ts';
import { endSessionsOfUser } from './sessions/end-user.ts';
import { withConfig } from './with-config.ts';

/** `openhands-express sessions`: signs users of the Enterprise edition out, in all servers on the store. */
export const sessions: Command = {
  usage: `sessions end --all
       openhands-express sessions end --user <github-user-id or login>

Ends sessions: the users have to sign in again. Works on the store of the config that the environment names, with the
environment of the server, and while servers run; they all follow within two seconds. The tokens stay: tokens revoke
gives those back as well.

  --all   of everybody. For the time after a failover in which the database has lost its last writes: sessions that were
          ended in them are good again. Can be stopped, and run again
  --user  of one user, by the GitHub id, or by the login that they had when they were last seen. A number is an id

Exit code 1: there was nothing to end (--user), or something could not be ended (--all).
Exit code 130: it was stopped.`,

  async run(args, terminal) {
    const user = readArguments(args);
    return withConfig(terminal, async (config) => {
      const register = config.sessionRegister();
      if (register === undefined) {
        throw new ConfigurationError(
          'Nobody signs in to this edition: set OPENHANDS_CONFIG_CLS to the config of your server.',
        );
      }
      return user === undefined
        ? endAllSessions(register, terminal)
        : endSessionsOfUser(register, user, terminal);
    });
  },
};

/** @returns whose sessions to end; undefined for everybody's. */
function readArguments(args: readonly string[]): string | undefined {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    allowPositionals: true,
    options: { all: { type: 'boolean', default: false }, user: { type: 'string' } },
  });
  const [action, ...rest] = positionals;
  if (action !== 'end') {
    throw new UsageError(action === undefined ? 'What to do?' : `Sessions have no "${action}".`);
  }
  if (rest.length > 0) throw new UsageError('Too many arguments: --user takes one user.');
  if (values.all === (values.user !== undefined)) {
    throw new UsageError('Whose? Give either --all or --user.');
  }
  if (values.user === '') throw new UsageError('--user takes a GitHub id or a login.');
  return values.user;
}

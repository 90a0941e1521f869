import { ConfigurationError } from '../oss/errors.ts';
import { type Command, UsageError } from './command.ts';
import { parseCommandLine } from './command-line.ts';
import { listTokens } from './tokens/list.ts';
import { revokeTokens } from './tokens/revoke.ts';
import { rotateTokens } from './tokens/rotate.ts';
import { showTokens } from './tokens/show.ts';
import type { TokensAction } from './tokens/tokens-action.ts';
import { verifyTokens } from './tokens/verify.ts';
import { withConfig } from './with-config.ts';

const ACTIONS: Readonly<Record<string, TokensAction>> = {
  list: listTokens,
  show: showTokens,
  revoke: revokeTokens,
  rotate: rotateTokens,
  verify: verifyTokens,
};

/** `openhands-express tokens`: the operator's view of the tokens that the Enterprise edition keeps. Shows none of them. */
export const tokens: Command = {
  usage: `tokens list [--json]
       openhands-express tokens show <github-user-id> [--json]
       openhands-express tokens revoke <github-user-id>
       openhands-express tokens rotate
       openhands-express tokens verify

Works on the store of the config that the environment names, with the environment of the server, and while servers run.

  list    every user, the state of their tokens, and when the access token expires; never a token
  show    all that is known of one user's tokens
  revoke  ends the user's sessions, deletes the tokens, and gives the grant back to GitHub
  rotate  encrypts everything with the first of TOKEN_ENCRYPTION_KEYS; can be stopped, and run again
  verify  reads every document, and reports those that are damaged or cannot be decrypted

  --json  one JSON object a line; times in milliseconds since the epoch

Exit code 1: something cannot be read (rotate, verify), or there is nothing of this user (show, revoke).
Exit code 130: rotate or verify was stopped.`,

  async run(args, terminal) {
    const { act, githubUserId, json } = readArguments(args);
    return withConfig(terminal, async (config) => {
      const custody = config.tokenCustody();
      if (custody === undefined) {
        throw new ConfigurationError(
          'This edition keeps no tokens of users: set OPENHANDS_CONFIG_CLS to the config of your server.',
        );
      }
      return act({ custody, documents: config.documents, githubUserId, json, terminal });
    });
  },
};

function readArguments(args: readonly string[]) {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const [name = '', githubUserId = '', ...rest] = positionals;
  const act = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (act === undefined) throw new UsageError(name === '' ? 'What to do?' : `Tokens have no "${name}".`);
  const takesUser = name === 'show' || name === 'revoke';
  if (takesUser && !/^\d{1,20}$/.test(githubUserId)) {
    throw new UsageError(`${name} takes the GitHub id of a user, a number; list shows them.`);
  }
  if (rest.length > 0 || (!takesUser && githubUserId !== '')) throw new UsageError('Too many arguments.');
  if (values.json && name !== 'list' && name !== 'show') throw new UsageError(`${name} takes no --json.`);
  return { act, githubUserId, json: values.json };
}

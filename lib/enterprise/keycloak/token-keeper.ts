/** The one place that chooses who keeps the GitHub tokens of users: `KEYCLOAK_TOKEN_CUSTODY`. */
import type { AuthenticationParts } from '../auth/authentication.ts';
import type { EncryptedDocuments } from '../tokens/encrypted-documents.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import type { OtherKeeper } from '../tokens/other-keeper.ts';
import type { Keeper } from './broker-form.ts';
import { BrokerTokens, type BrokerTokensOptions } from './broker-tokens.ts';
import { GrantDocuments } from './grant-documents.ts';
import { GrantReturns, type GrantReturnsOptions } from './grant-returns.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import type { Leaving } from './keycloak-sessions.ts';
import { KeycloakTokenProvider } from './keycloak-token-provider.ts';
import type { LogoutQueue } from './logout-queue.ts';
import type { SessionDocuments } from './session-documents.ts';
import type { SessionRefresh } from './session-refresh.ts';

export interface TokenKeeper {
  /** Ends Keycloak's session of a user whose grant is given back as well. Undefined: nothing else has to be done for that. */
  readonly leaveWithGrant: Leaving | undefined;
  /** @param refresh - who asks Keycloak with the refresh tokens of the sessions. */
  readonly tokens: (refresh: SessionRefresh) => GithubTokenProvider;
  readonly kept: readonly EncryptedDocuments[];
  /** Keycloak, if it keeps the tokens: of those who have a session of its. */
  readonly otherKeeper: (sessions: Pick<SessionDocuments, 'exists'>) => OtherKeeper | undefined;
}

export interface TokenKeeperOptions extends Pick<BrokerTokensOptions, 'form' | 'metrics'> {
  readonly keycloak: KeycloakClient;
  readonly logouts: Pick<LogoutQueue, 'giveBack'>;
  readonly isSignedInAgain: GrantReturnsOptions['isSignedInAgain'];
}

export function tokenKeeper(
  keeper: Keeper,
  parts: AuthenticationParts,
  options: TokenKeeperOptions,
): TokenKeeper {
  return keeper === 'keycloak'
    ? keycloakKeeps(parts, options)
    : { leaveWithGrant: undefined, tokens: () => parts.tokens, kept: [], otherKeeper: () => undefined };
}

function keycloakKeeps(
  { documents, encryption, log, longestRefreshMs: waitMs, now, oauth, tokens: before }: AuthenticationParts,
  { form, isSignedInAgain, keycloak, logouts, metrics }: TokenKeeperOptions,
): TokenKeeper {
  const grantDocuments = new GrantDocuments(documents, encryption, waitMs);
  const grants = new GrantReturns({
    grants: grantDocuments,
    keycloak,
    oauth,
    isSignedInAgain,
    endSession: (session) => logouts.giveBack(session),
    log,
    now,
  });
  return {
    leaveWithGrant: grants,
    tokens: (refresh) => {
      const broker = new BrokerTokens({ documents, form, keycloak, log, metrics, now, refresh, waitMs });
      return new KeycloakTokenProvider({ broker, before, grants, log, now });
    },
    kept: [grantDocuments],
    otherKeeper: (sessions) => ({
      name: 'Keycloak',
      keeps: (githubUserId) => sessions.exists(githubUserId),
    }),
  };
}

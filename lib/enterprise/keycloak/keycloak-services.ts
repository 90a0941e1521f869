import type { Logger } from 'pino';
import type { Authentication, AuthenticationParts } from '../auth/authentication.ts';
import { HandledDeliveries } from '../auth/handled-deliveries.ts';
import type { KeycloakMetrics } from '../metrics/keycloak-metrics.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import { BrokerForm } from './broker-form.ts';
import { BrokerTokens, type BrokerTokensOptions } from './broker-tokens.ts';
import type { KeycloakEnvironment } from './environment.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import { KeycloakSessions } from './keycloak-sessions.ts';
import { KeycloakSignIn } from './keycloak-sign-in.ts';
import { KeycloakTokenProvider } from './keycloak-token-provider.ts';
import { LogoutDocuments } from './logout-documents.ts';
import { LogoutQueue } from './logout-queue.ts';
import { LogoutTokens } from './logout-token.ts';
import { SessionDocuments } from './session-documents.ts';

/** What the edition behind a Keycloak has of its own, made once at the start. */
export interface KeycloakServices extends Authentication {
  readonly provider: KeycloakSignIn;
  readonly sessions: KeycloakSessions;
  readonly sessionDocuments: SessionDocuments;
  readonly logoutTokens: LogoutTokens;
  readonly deliveries: HandledDeliveries;
  readonly log: Logger;
}

export interface KeycloakServicesOptions {
  readonly keycloak: KeycloakClient;
  readonly environment: KeycloakEnvironment;
  readonly metrics: KeycloakMetrics;
}

export function startKeycloakServices(
  parts: AuthenticationParts,
  { keycloak, environment, metrics }: KeycloakServicesOptions,
): KeycloakServices {
  const { documents, encryption, oauth, shared, log, now } = parts;
  const sessionDocuments = new SessionDocuments(documents, encryption);
  const logoutDocuments = new LogoutDocuments(documents, encryption);
  const logouts = new LogoutQueue({
    logouts: logoutDocuments,
    keycloak,
    isKept: ({ sub, sid }) => sessionDocuments.holds(sub, sid),
    log,
    now,
  });
  const sessions = new KeycloakSessions({
    sessions: { documents, now, shared },
    check: { keycloak, everyMs: environment.KEYCLOAK_CHECK_EVERY, log },
    kept: sessionDocuments,
    logouts,
  });
  metrics.watch({ check: () => keycloak.check(), logoutsWaiting: () => logouts.size() });
  const keeper = environment.KEYCLOAK_TOKEN_CUSTODY;
  const form = new BrokerForm(keeper, log);
  return {
    provider: new KeycloakSignIn({
      keycloak,
      oauth,
      logouts,
      sessions,
      form,
      log,
      now,
    }),
    sessions,
    tokens:
      keeper === 'manager'
        ? parts.tokens
        : keptByKeycloak(parts, { keycloak, form, metrics, refresh: sessions.refresh }),
    kept: [sessionDocuments, logoutDocuments],
    sessionDocuments,
    logoutTokens: new LogoutTokens(keycloak, environment.KEYCLOAK_CLIENT_ID),
    deliveries: new HandledDeliveries(documents),
    log,
  };
}

function keptByKeycloak(
  { documents, log, longestRefreshMs, now, tokens: before }: AuthenticationParts,
  asked: Pick<BrokerTokensOptions, 'keycloak' | 'form' | 'metrics' | 'refresh'>,
): GithubTokenProvider {
  const broker = new BrokerTokens({ ...asked, documents, log, now, waitMs: longestRefreshMs });
  return new KeycloakTokenProvider({ broker, before, log, now });
}

import type { Logger } from 'pino';
import type { Authentication, AuthenticationParts } from '../auth/authentication.ts';
import { HandledDeliveries } from '../auth/handled-deliveries.ts';
import type { KeycloakMetrics } from '../metrics/keycloak-metrics.ts';
import { BrokerForm } from './broker-form.ts';
import type { KeycloakEnvironment } from './environment.ts';
import type { KeycloakClient } from './keycloak-client.ts';
import { KeycloakSessions } from './keycloak-sessions.ts';
import { KeycloakSignIn } from './keycloak-sign-in.ts';
import { LogoutDocuments } from './logout-documents.ts';
import { LogoutQueue } from './logout-queue.ts';
import { LogoutTokens } from './logout-token.ts';
import { SessionDocuments } from './session-documents.ts';
import { tokenKeeper } from './token-keeper.ts';

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
  const form = new BrokerForm(environment.KEYCLOAK_TOKEN_CUSTODY, log);
  const keeper = tokenKeeper(environment.KEYCLOAK_TOKEN_CUSTODY, parts, {
    keycloak,
    form,
    logouts,
    metrics,
    isSignedInAgain: (githubUserId) => sessions.haveBegun(githubUserId),
  });
  const sessions = new KeycloakSessions({
    sessions: { documents, now, shared },
    check: { keycloak, everyMs: environment.KEYCLOAK_CHECK_EVERY, log },
    kept: sessionDocuments,
    logouts,
    leaveWithGrant: keeper.leaveWithGrant,
  });
  metrics.watch({ check: () => keycloak.check(), logoutsWaiting: () => logouts.size() });
  return {
    provider: new KeycloakSignIn({ keycloak, oauth, logouts, sessions, form, log, now }),
    sessions,
    tokens: keeper.tokens(sessions.refresh),
    kept: [sessionDocuments, logoutDocuments, ...keeper.kept],
    otherKeeper: keeper.otherKeeper(sessionDocuments),
    sessionDocuments,
    logoutTokens: new LogoutTokens(keycloak, environment.KEYCLOAK_CLIENT_ID),
    deliveries: new HandledDeliveries(documents),
    log,
  };
}

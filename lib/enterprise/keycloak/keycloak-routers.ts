import type { Store } from 'express-rate-limit';
import type { DeclaredRoutes } from '../../compose.ts';
import type { Environment } from '../../oss/environment.ts';
import type { RateLimit } from '../../oss/middleware/rate-limit-grammar.ts';
import { PublicAddress } from '../auth/public-address.ts';
import { FailedAttempts } from '../routes/failed-attempts.ts';
import { backchannelLogoutRoutes } from './backchannel-logout-routes.ts';
import { githubCallbackRoutes } from './github-callback-routes.ts';
import type { KeycloakServices } from './keycloak-services.ts';

/** What the routes take from the config of the edition. */
export interface KeycloakRoutersOptions {
  readonly environment: Pick<Environment, 'PUBLIC_URL' | 'RATE_LIMIT'>;
  rateLimitStore(limit: RateLimit): Store;
}

/** The routes of the edition behind a Keycloak. */
export function keycloakRouters(
  config: KeycloakRoutersOptions,
  services: KeycloakServices,
): DeclaredRoutes[] {
  const { PUBLIC_URL, RATE_LIMIT } = config.environment;
  const { deliveries, log, logoutTokens, provider, sessionDocuments, sessions } = services;
  return [
    githubCallbackRoutes({
      address: new PublicAddress(PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL)),
      callbackPath: provider.callbackPath,
    }),
    backchannelLogoutRoutes({
      logoutTokens,
      sessions,
      kept: sessionDocuments,
      deliveries,
      failures: new FailedAttempts({
        limits: RATE_LIMIT,
        storeFor: (limit) => config.rateLimitStore(limit),
        log,
      }),
      log,
    }),
  ];
}

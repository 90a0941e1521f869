import type { Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { DeclaredRoutes } from '../../compose.ts';
import { isBehindProxy } from '../../oss/behind-proxy.ts';
import type { Environment } from '../../oss/environment.ts';
import type { FirstProcess } from '../../oss/first-process.ts';
import type { RateLimit } from '../../oss/middleware/rate-limit-grammar.ts';
import type { SaasEnvironment } from '../environment.ts';
import { metricsOfAll } from '../metrics/metrics-of-all.ts';
import type { SaasServices } from '../saas-services.ts';
import { FailedAttempts } from './failed-attempts.ts';
import { githubWebhookRoutes } from './github-webhook.ts';
import { logoutRoutes } from './logout.ts';
import { metricsRoutes } from './metrics.ts';
import { oauthRoutes } from './oauth.ts';
import { saasRoutes } from './saas.ts';

/** What the routes take from the config of an edition. */
export interface SaasRoutersOptions {
  readonly environment: Pick<Environment, 'PUBLIC_URL' | 'RATE_LIMIT'>;
  readonly saasEnvironment: Pick<SaasEnvironment, 'GITHUB_APP_WEBHOOK_SECRET' | 'METRICS_TOKEN'>;
  readonly log: Logger;
  readonly firstProcess: FirstProcess | undefined;
  rateLimitStore(limit: RateLimit): Store;
}

/** The routes of the Enterprise edition. */
export function saasRouters(config: SaasRoutersOptions, services: SaasServices): DeclaredRoutes[] {
  const { environment, log, saasEnvironment } = config;
  const { GITHUB_APP_WEBHOOK_SECRET, METRICS_TOKEN } = saasEnvironment;
  return [
    saasRoutes(),
    oauthRoutes({ ...services, log }),
    logoutRoutes(services),
    githubWebhookRoutes({
      ...services,
      secrets: GITHUB_APP_WEBHOOK_SECRET,
      failures: new FailedAttempts({
        limits: environment.RATE_LIMIT,
        storeFor: (limit) => config.rateLimitStore(limit),
        log,
      }),
      log,
    }),
    metricsRoutes({
      metrics: metricsOfAll(services.metrics.registry, config.firstProcess),
      token: METRICS_TOKEN,
      behindProxy: isBehindProxy(environment),
    }),
  ];
}

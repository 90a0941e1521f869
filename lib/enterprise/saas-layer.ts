import type { Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { Middleware } from '../compose.ts';
import type { Environment } from '../oss/environment.ts';
import type { RateLimit } from '../oss/middleware/rate-limit-grammar.ts';
import { signInPaths } from './auth/sign-in-provider.ts';
import type { SaasEnvironment } from './environment.ts';
import { cors } from './middleware/cors.ts';
import { githubUser } from './middleware/github-user.ts';
import { host } from './middleware/host.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestMetrics } from './middleware/request-metrics.ts';
import { requireUser } from './middleware/require-user.ts';
import { session } from './middleware/session.ts';
import { sessionRenewal } from './middleware/session-renewal.ts';
import { signInErrorPage } from './middleware/sign-in-error-page.ts';
import { signInRateLimit } from './middleware/sign-in-rate-limit.ts';
import type { SaasServices } from './saas-services.ts';

/** What the layer takes from the config of an edition. */
export interface SaasLayerOptions {
  readonly environment: Pick<Environment, 'RATE_LIMIT'>;
  readonly saasEnvironment: Pick<SaasEnvironment, 'PERMITTED_CORS_ORIGINS'>;
  readonly log: Logger;
  rateLimitStore(limit: RateLimit): Store;
}

/** The middleware that the Enterprise edition stacks on top of the OSS edition's. */
export function saasLayer(config: SaasLayerOptions, services: SaasServices): Middleware[] {
  const { environment, log, saasEnvironment } = config;
  const { address, authCookie, metrics, provider, sessions } = services;
  const path = signInPaths(provider);
  const limits = {
    limits: environment.RATE_LIMIT,
    storeFor: (limit: RateLimit) => config.rateLimitStore(limit),
    log,
  };
  return [
    sessionRenewal({ authCookie, sessions }),
    requestMetrics({ metrics }),
    host({ path }),
    cors({ origins: saasEnvironment.PERMITTED_CORS_ORIGINS }),
    session({ authCookie }),
    githubUser({ authCookie, sessions, log }),
    rateLimit(limits),
    signInRateLimit({ ...limits, path }),
    signInErrorPage({ address, log, path }),
    requireUser(),
  ];
}

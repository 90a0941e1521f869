import type { Middleware } from '../compose.ts';
import { cookies } from './middleware/cookies.ts';
import { cors } from './middleware/cors.ts';
import { githubUser } from './middleware/github-user.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestMetrics } from './middleware/request-metrics.ts';
import { requireUser } from './middleware/require-user.ts';
import type { SaasServerConfig } from './saas-server-config.ts';
import type { SaasServices } from './saas-services.ts';

/** The middleware that the Enterprise edition stacks on top of the OSS edition's. */
export function saasLayer(config: SaasServerConfig, services: SaasServices): Middleware[] {
  const { environment, log, saasEnvironment } = config;
  const { authCookie, metrics, sessions } = services;
  return [
    requestMetrics({ metrics }),
    cors({ origins: saasEnvironment.PERMITTED_CORS_ORIGINS }),
    cookies({ authCookie }),
    githubUser({ authCookie, sessions, log }),
    rateLimit({ limits: environment.RATE_LIMIT, storeFor: (limit) => config.rateLimitStore(limit), log }),
    requireUser(),
  ];
}

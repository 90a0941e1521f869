import type { Middleware } from '../compose.ts';
import { builtInPage } from './built-in-page.ts';
import { attachConversation } from './middleware/attach-conversation.ts';
import { cacheControl } from './middleware/cache-control.ts';
import { cors } from './middleware/cors.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { githubToken } from './middleware/github-token.ts';
import { jsonBody } from './middleware/json-body.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import { requestId } from './middleware/request-id.ts';
import { requestLog } from './middleware/request-log.ts';
import { securityHeaders, type ContentSecurityPolicy } from './middleware/security-headers.ts';
import { settings } from './middleware/settings.ts';
import type { ServerConfig } from './server-config.ts';

/** The middleware of the OSS edition, in the order of running. */
export function ossLayer(config: ServerConfig): Middleware[] {
  const { conversationManager, environment, log } = config;
  return [
    requestId(),
    requestLog({ log, now: config.now }),
    securityHeaders({ contentSecurityPolicy: contentSecurityPolicyFor(config) }),
    cors(),
    cacheControl(),
    rateLimit({ limits: environment.RATE_LIMIT, storeFor: (limit) => config.rateLimitStore(limit), log }),
    crossOrigin({ permits: (origin) => config.permitsOrigin(origin) }),
    jsonBody(),
    settings({ settingsStore: (req) => config.settingsStore(req), reads: config.settingsReads }),
    githubToken(),
    ...(conversationManager
      ? [
          attachConversation({
            conversationManager,
            reads: ['settings', ...config.settingsReads],
            log,
          }),
        ]
      : []),
  ];
}

function contentSecurityPolicyFor({ pageDirectory }: ServerConfig): ContentSecurityPolicy {
  if (pageDirectory === undefined) return 'none';
  return pageDirectory === builtInPage ? 'strict' : 'framing';
}

import type { Request } from 'express';
import type { Store } from 'express-rate-limit';
import type { Logger } from 'pino';
import type { Middleware, StateKey } from '../compose.ts';
import type { ConversationManager } from './conversation-manager.ts';
import type { Environment } from './environment.ts';
import { attachConversation } from './middleware/attach-conversation.ts';
import { cacheControl } from './middleware/cache-control.ts';
import { cors } from './middleware/cors.ts';
import { crossOrigin } from './middleware/cross-origin.ts';
import { githubToken } from './middleware/github-token.ts';
import { host } from './middleware/host.ts';
import { jsonBody } from './middleware/json-body.ts';
import { proxyHint } from './middleware/proxy-hint.ts';
import { rateLimit } from './middleware/rate-limit.ts';
import type { RateLimit } from './middleware/rate-limit-grammar.ts';
import { requestId } from './middleware/request-id.ts';
import { requestLog } from './middleware/request-log.ts';
import { type ContentSecurityPolicy, securityHeaders } from './middleware/security-headers.ts';
import { settings } from './middleware/settings.ts';
import { isBuiltInPage } from './page/built-in-page.ts';
import type { SettingsStore } from './settings/settings-store.ts';

/** What the layer takes from the config of an edition. */
export interface OssLayerOptions {
  readonly environment: Pick<Environment, 'RATE_LIMIT'>;
  readonly log: Logger;
  readonly now: () => number;
  readonly conversationManager: ConversationManager | undefined;
  readonly pageDirectory: string | undefined;
  readonly settingsReads: readonly StateKey[];
  settingsStore(req: Request): SettingsStore | undefined;
  isOwnHost(hostName: string): boolean;
  permitsOrigin(origin: string): boolean;
  rateLimitStore(limit: RateLimit): Store;
}

/** The middleware of the OSS edition, in the order of running. */
export function ossLayer(config: OssLayerOptions): Middleware[] {
  const { conversationManager, environment, log } = config;
  return [
    requestId(),
    requestLog({ log, now: config.now }),
    proxyHint({ log }),
    securityHeaders({ contentSecurityPolicy: contentSecurityPolicyFor(config) }),
    cors(),
    cacheControl(),
    host({
      isOwn: (hostName) => config.isOwnHost(hostName),
      // Without a page this edition is mounted in a host's app, and only the API is not the host's.
      path: config.pageDirectory === undefined ? '/api' : undefined,
    }),
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

function contentSecurityPolicyFor({ pageDirectory }: OssLayerOptions): ContentSecurityPolicy {
  if (pageDirectory === undefined) return 'none';
  return isBuiltInPage(pageDirectory) ? 'strict' : 'framing';
}

import type { Request } from 'express';
import type { Logger } from 'pino';
import type { DeclaredRoutes } from '../../compose.ts';
import type { Environment } from '../environment.ts';
import type { GitHubService } from '../github/github-service.ts';
import type { OpenApiOptions } from '../openapi/openapi-document.ts';
import { openApiRoutes } from '../openapi/openapi-routes.ts';
import { isBuiltInPage } from '../page/built-in-page.ts';
import { compressedAssets } from '../page/compressed-assets.ts';
import { pageDocument } from '../page/page-document.ts';
import type { PageFacts } from '../page/page-facts.ts';
import type { LastProfile } from '../profile/last-profile.ts';
import type { Secret } from '../secret.ts';
import type { Settings } from '../settings/settings.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { showsInspector } from '../shows-inspector.ts';
import { githubRoutes } from './github.ts';
import { healthRoutes, type ReadinessCheck } from './health.ts';
import { optionsRoutes } from './options.ts';
import { sessionRoutes } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { staticRoutes } from './static.ts';

/** What the routes take from the config of an edition. */
export interface OssRoutersOptions {
  readonly environment: Pick<Environment, 'GITHUB_BASE_URL' | 'PUBLIC_URL' | 'STACK_INSPECTOR'>;
  readonly log: Logger;
  readonly agents: readonly string[];
  readonly securityAnalyzers: readonly string[];
  readonly pageDirectory: string | undefined;
  readonly isDraining: boolean;
  checks(): Readonly<Record<string, ReadinessCheck>>;
  clientOptions(): object;
  availableModels(): Promise<readonly string[]>;
  openApi(): OpenApiOptions;
  isAuthenticated(req: Request): boolean;
  settingsStore(req: Request): SettingsStore | undefined;
  settingsOfNewcomer(): Settings | undefined;
  lastProfile(req: Request): LastProfile | undefined;
  lastProfileOf(token: Secret): LastProfile | undefined;
  githubService(req: Request): GitHubService | undefined;
  githubServiceFor(token: Secret): GitHubService;
}

/** The paths of routes that are no operation of a client's. */
export const UNDESCRIBED_PATHS = ['/api/docs/assets/{file}'];

/** The routes that both editions have. */
export function ossRouters(config: OssRoutersOptions): DeclaredRoutes[] {
  const { agents, log, securityAnalyzers } = config;
  return [
    healthRoutes({ checks: config.checks(), isDraining: () => config.isDraining, log }),
    optionsRoutes({
      clientOptions: () => config.clientOptions(),
      models: () => config.availableModels(),
      agents,
      securityAnalyzers,
    }),
    openApiRoutes({ options: () => config.openApi() }),
    settingsRoutes({
      settingsStore: (req) => config.settingsStore(req),
      isTokenSet: (req) => config.isAuthenticated(req),
      settingsOfNewcomer: () => config.settingsOfNewcomer(),
      checkToken: (token) => config.githubServiceFor(token).getUser(),
      tokenStored: async (token, user) => config.lastProfileOf(token)?.seen(user, log),
    }),
    sessionRoutes({ isAuthenticated: (req) => config.isAuthenticated(req) }),
    githubRoutes({
      githubService: (req) => config.githubService(req),
      lastProfile: (req) => config.lastProfile(req),
      log,
    }),
    ...(config.pageDirectory === undefined ? [] : [pageRoutes(config.pageDirectory, config.environment)]),
  ];
}

function pageRoutes(directory: string, environment: OssRoutersOptions['environment']): DeclaredRoutes {
  if (!isBuiltInPage(directory)) return staticRoutes(directory);
  const facts = (req: Request): PageFacts => ({
    github: environment.GITHUB_BASE_URL,
    inspector: showsInspector(environment, req) ? 'stack' : undefined,
  });
  return staticRoutes(directory, [pageDocument({ directory, facts }), compressedAssets(directory)]);
}

import type { Router } from 'express';
import { openApiDocument } from '../openapi/openapi-document.ts';
import { openApiRoutes } from '../openapi/openapi-routes.ts';
import type { ServerConfig } from '../server-config.ts';
import { githubRoutes } from './github.ts';
import { healthRoutes } from './health.ts';
import { optionsRoutes } from './options.ts';
import { sessionRoutes } from './session.ts';
import { settingsRoutes } from './settings.ts';
import { staticRoutes } from './static.ts';

/** The routes that both editions have. */
export function ossRouters(config: ServerConfig): Router[] {
  const { agents, log, models, securityAnalyzers } = config;
  return [
    healthRoutes({ checks: config.checks(), isDraining: () => config.isDraining, log }),
    optionsRoutes({ clientOptions: () => config.clientOptions(), models, agents, securityAnalyzers }),
    openApiRoutes({ document: () => openApiDocument(config.openApi()) }),
    settingsRoutes({
      settingsStore: (req) => config.settingsStore(req),
      isTokenSet: (req) => config.isAuthenticated(req),
      checkToken: (token) => config.githubServiceFor(token).getUser(),
    }),
    sessionRoutes({ isAuthenticated: (req) => config.isAuthenticated(req) }),
    githubRoutes({
      githubService: (req) => config.githubService(req),
      lastProfile: (req) => config.lastProfile(req),
      log,
    }),
    ...(config.pageDirectory === undefined ? [] : [staticRoutes(config.pageDirectory)]),
  ];
}

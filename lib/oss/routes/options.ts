import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { resource } from './resource.ts';

export interface OptionsRoutesOptions {
  /** What the client has to know before anybody signs in. */
  readonly clientOptions: () => object;
  readonly models: () => Promise<readonly string[]>;
  readonly agents: readonly string[];
  readonly securityAnalyzers: readonly string[];
}

/** `/api/options/*`: what a client may offer; open to all. */
export function optionsRoutes(options: OptionsRoutesOptions): DeclaredRoutes {
  const router = Router();
  resource(router, '/api/options/config', { get: (_req, res) => res.json(options.clientOptions()) });
  resource(router, '/api/options/models', {
    get: async (_req, res) => {
      res.json(await options.models());
    },
  });
  resource(router, '/api/options/agents', { get: (_req, res) => res.json(options.agents) });
  resource(router, '/api/options/security-analyzers', {
    get: (_req, res) => res.json(options.securityAnalyzers),
  });
  return defineRoutes({ name: 'options', router });
}

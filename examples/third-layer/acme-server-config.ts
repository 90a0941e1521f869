import { Router } from 'express';
import {
  type DeclaredRoutes,
  defineMiddleware,
  defineRoutes,
  type Layers,
  type Operation,
  resource,
  type RouteLayers,
} from 'openhands-express';
import { SaasServerConfig } from 'openhands-express/enterprise';
import { z } from 'zod';

declare module 'openhands-express' {
  interface RequestState {
    /** The part of Acme that a user works for. */
    tenant_id?: string;
  }
}

/** Acme's proxy has a name for every request already, so it stands in the place of ours. */
function traceId() {
  return defineMiddleware({
    name: 'trace-id',
    overrides: 'request-id',
    writes: ['request_id'],
    headers: ['X-Request-Id'],
    handle(req, res, next) {
      const trace = req.get('x-acme-trace') ?? 'none';
      req.state.request_id = trace;
      res.set('X-Request-Id', trace);
      next();
    },
  });
}

/** Whom each user works for; runs behind `github-user` of the layer below, because it reads what that writes. */
function tenant(tenants: ReadonlyMap<string, string>) {
  return defineMiddleware({
    name: 'tenant',
    path: '/api',
    reads: ['github_user_id'],
    writes: ['tenant_id'],
    handle(req, _res, next) {
      const { github_user_id: user } = req.state;
      const found = user === undefined ? undefined : tenants.get(user);
      if (found !== undefined) req.state.tenant_id = found;
      next();
    },
  });
}

function tenantRoutes(): DeclaredRoutes {
  const router = Router();
  resource(router, '/api/acme/tenant', {
    get: (req, res) => res.json({ tenant: req.state.tenant_id ?? null }),
  });
  return defineRoutes({ name: 'tenant', router });
}

const getTenant: Operation = {
  method: 'get',
  path: '/api/acme/tenant',
  id: 'getTenant',
  tag: { name: 'Acme', description: 'What only Acme has.' },
  summary: 'Whom the user works for',
  responses: {
    200: {
      description: 'The tenant, if there is one.',
      body: { name: 'Tenant', schema: z.object({ tenant: z.string().nullable() }) },
    },
  },
};

/** `OPENHANDS_CONFIG_CLS=./acme-server-config.ts#AcmeServerConfig`: a third layer, on top of the Enterprise edition. */
export class AcmeServerConfig extends SaasServerConfig {
  override layers(): Layers {
    return { ...super.layers(), acme: [traceId(), tenant(new Map([['583231', 'research']]))] };
  }

  override get routeReads() {
    return [...super.routeReads, 'tenant_id' as const];
  }

  override routes(): RouteLayers {
    return { ...super.routes(), acme: [tenantRoutes()] };
  }

  override operations(): readonly Operation[] {
    return [...super.operations(), getTenant];
  }
}

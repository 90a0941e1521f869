import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { resource } from '../routes/resource.ts';
import type { OpenApiDocument } from './openapi-types.ts';
import { referencePage } from './reference-page.ts';
import { REFERENCE_STYLE } from './reference-style.ts';

export interface OpenApiRoutesOptions {
  /** Called once, when somebody asks. */
  readonly document: () => OpenApiDocument;
}

/** `/api/openapi.json`, and `/api/docs`, the same for people; open to all. */
export function openApiRoutes({ document }: OpenApiRoutesOptions): DeclaredRoutes {
  const router = Router();
  let made: OpenApiDocument | undefined;
  const description = (): OpenApiDocument => (made ??= document());
  let page: string | undefined;

  resource(router, '/api/openapi.json', {
    get: (req, res) => {
      // Where the edition is mounted, which is known only here.
      res.json({ ...description(), servers: [{ url: req.baseUrl === '' ? '/' : req.baseUrl }] });
    },
  });
  resource(router, '/api/docs', {
    get: (_req, res) => {
      res.type('html').send((page ??= referencePage(description())));
    },
  });
  resource(router, '/api/docs/style.css', { get: (_req, res) => res.type('css').send(REFERENCE_STYLE) });
  return defineRoutes({ name: 'openapi', router });
}

import { type Request, Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { madeOnce } from '../made-once.ts';
import { resource } from '../routes/resource.ts';
import { CompressedText } from './compressed-text.ts';
import { openApiDocument, type OpenApiOptions } from './openapi-document.ts';
import type { OpenApiDocument } from './openapi-types.ts';
import { ReferenceAssets } from './reference-assets.ts';
import { referencePage } from './reference-page.ts';

export interface OpenApiRoutesOptions {
  /** Called once, when somebody asks. */
  readonly options: () => OpenApiOptions;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** `/api/openapi.json`, and `/api/docs`, the same for people; open to all. */
export function openApiRoutes({ options }: OpenApiRoutesOptions): DeclaredRoutes {
  const router = Router();
  let made: { options: OpenApiOptions; document: OpenApiDocument } | undefined;
  const description = (req: Request): OpenApiDocument => {
    if (made === undefined) {
      const given = options();
      made = { options: given, document: openApiDocument(given) };
    }
    const { document } = made;
    const securitySchemes = made.options.securitySchemesFor?.(req);
    if (securitySchemes === undefined) return document;
    return { ...document, components: { ...document.components, securitySchemes } };
  };
  /** The last one, since nearly all clients are shown the same; they differ in nothing but how one shows who one is. */
  let page: { securitySchemes: string; html: CompressedText } | undefined;
  const assets = madeOnce(() => new ReferenceAssets());
  const pageFor = (req: Request): CompressedText => {
    const described = description(req);
    const securitySchemes = JSON.stringify(described.components.securitySchemes);
    if (page?.securitySchemes !== securitySchemes) {
      page = { securitySchemes, html: new CompressedText(referencePage(described, assets())) };
    }
    return page.html;
  };

  resource(router, '/api/openapi.json', {
    get: (req, res) => {
      // Where the edition is mounted, which is known only here.
      res.json({ ...description(req), servers: [{ url: req.baseUrl === '' ? '/' : req.baseUrl }] });
    },
  });
  resource(router, '/api/docs', {
    get: async (req, res) => {
      // The links of the page are relative to its address without a slash.
      if (req.path.endsWith('/')) {
        res.redirect(308, '../docs');
        return;
      }
      // Whatever the rest of the app lets in, or the host does.
      res.setHeader('Content-Security-Policy', POLICY);
      await pageFor(req).send(req, res.type('html'));
    },
  });
  resource(router, '/api/docs/assets/:file', {
    get: async (req, res, next) => {
      if (!(await assets().send(String(req.params.file), req, res))) next('router');
    },
  });
  return defineRoutes({ name: 'openapi', router });
}

import { readFileSync } from 'node:fs';
import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { findShippedFile } from '../../shipped-files.ts';
import { resource } from '../routes/resource.ts';
import type { OpenApiDocument } from './openapi-types.ts';
import { referencePage } from './reference-page.ts';
import { REFERENCE_STYLE } from './reference-style.ts';

export interface OpenApiRoutesOptions {
  /** Called once, when somebody asks. */
  readonly document: () => OpenApiDocument;
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
      // Whatever the rest of the app lets in, or the host does.
      res.setHeader('Content-Security-Policy', POLICY);
      page ??= referencePage(description(), script === undefined ? undefined : 'docs/script.js');
      res.type('html').send(page);
    },
  });
  const script = findShippedFile('oss/openapi/page/reference.js');
  if (script !== undefined) {
    let text: string | undefined;
    resource(router, '/api/docs/script.js', {
      get: (_req, res) => res.type('js').send((text ??= readFileSync(script, 'utf8'))),
    });
  }
  resource(router, '/api/docs/style.css', { get: (_req, res) => res.type('css').send(REFERENCE_STYLE) });
  return defineRoutes({ name: 'openapi', router });
}

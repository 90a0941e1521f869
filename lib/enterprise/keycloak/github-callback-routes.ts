import { Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { resource } from '../../oss/routes/resource.ts';
import type { PublicAddress } from '../auth/public-address.ts';
import { refusePrefetch } from '../routes/refuse-prefetch.ts';

export interface GitHubCallbackRoutesOptions {
  readonly address: PublicAddress;
  /** Where Keycloak sends the browser back to. */
  readonly callbackPath: `/${string}`;
}

/**
 * `GET /oauth/github/callback`: where the stock client's own link to GitHub ends, and a sign-in that was begun before this
 * server was behind a Keycloak. The code is left alone, and a sign-in with Keycloak begins.
 */
export function githubCallbackRoutes({ address, callbackPath }: GitHubCallbackRoutesOptions): DeclaredRoutes {
  const router = Router();
  resource(router, '/oauth/github/callback', {
    get: [
      refusePrefetch,
      (req, res) => {
        const isDenied = req.query.error === 'access_denied';
        res.redirect(302, address.path(req, isDenied ? '/?login=denied' : callbackPath));
      },
    ],
    head: (_req, res) => res.status(204).end(),
  });
  return defineRoutes({ name: 'github-callback', router });
}

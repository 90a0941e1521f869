import { type Request, Router } from 'express';
import { HttpError } from '../errors.ts';
import { InvalidGitHubTokenError } from '../github/errors.ts';
import type { Secret } from '../secret.ts';
import { showSettings } from '../settings/settings.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { settingsUpdate } from '../settings/settings-update.ts';
import { parseInput } from '../validation.ts';
import { resource } from './resource.ts';

export interface SettingsRoutesOptions {
  /** The settings of the user who makes the request; undefined when nobody is signed in. */
  readonly settingsStore: (req: Request) => SettingsStore | undefined;
  /** What the client is told as `github_token_is_set`. */
  readonly isTokenSet: (req: Request) => boolean;
  /** Asks GitHub about a token that is to be stored. Rejects when it is invalid, or when GitHub cannot say. */
  readonly checkToken: (token: Secret) => Promise<unknown>;
}

/** `/api/settings`: what the user has chosen, secrets masked. */
export function settingsRoutes({ settingsStore, isTokenSet, checkToken }: SettingsRoutesOptions): Router {
  const router = Router();
  resource(router, '/api/settings', {
    get: (req, res) => {
      const { settings } = req.state;
      if (!settings) throw new HttpError(404, 'settings_not_found', 'Settings not found');
      res.json(showSettings(settings, isTokenSet(req)));
    },
    post: async (req, res) => {
      const store = settingsStore(req);
      if (!store) throw new HttpError(401, 'not_authenticated', 'User is not authenticated');
      if (req.get('content-type') !== undefined && req.is('json') === false) {
        throw new HttpError(415, 'unsupported_media_type', 'Send settings as application/json.');
      }
      const update = parseInput(settingsUpdate, 'body', req.body);
      if (update.github_token && update.unset_github_token !== true) {
        await refuseInvalidToken(update.github_token, checkToken);
      }
      await store.update(update);
      res.json({ message: 'Settings stored' });
    },
  });
  return router;
}

async function refuseInvalidToken(
  token: Secret,
  checkToken: SettingsRoutesOptions['checkToken'],
): Promise<void> {
  const refusal = new HttpError(
    401,
    'invalid_github_token',
    'Invalid GitHub token. Please make sure it is valid.',
  );
  try {
    await checkToken(token);
  } catch (error) {
    throw error instanceof InvalidGitHubTokenError ? refusal : error;
  }
}

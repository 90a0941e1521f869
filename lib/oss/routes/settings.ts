import { type Request, Router } from 'express';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { HttpError } from '../errors.ts';
import { InvalidGitHubTokenError } from '../github/errors.ts';
import type { GitHubUser } from '../github/github-service.ts';
import { mayBeJson } from '../middleware/json-body.ts';
import type { Secret } from '../secret.ts';
import { type Settings, showSettings } from '../settings/settings.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { settingsUpdate } from '../settings/settings-update.ts';
import { parseInput } from '../validation.ts';
import { resource } from './resource.ts';

export interface SettingsRoutesOptions {
  /** The settings of the user who makes the request; undefined when nobody is signed in. */
  readonly settingsStore: (req: Request) => SettingsStore | undefined;
  /** What the client is told as `github_token_is_set`. */
  readonly isTokenSet: (req: Request) => boolean;
  /** What somebody has who is signed in and has stored nothing yet; undefined where that is 404. */
  readonly settingsOfNewcomer: () => Settings | undefined;
  /** Asks GitHub about a token that is to be stored. Rejects when it is invalid, or when GitHub cannot say. */
  readonly checkToken: (token: Secret) => Promise<GitHubUser>;
  /** Told of a token that has been stored, and whose it is. */
  readonly tokenStored: (token: Secret, user: GitHubUser) => Promise<void>;
}

/** `/api/settings`: what the user has chosen, secrets masked. */
export function settingsRoutes(options: SettingsRoutesOptions): DeclaredRoutes {
  const { settingsStore, isTokenSet, settingsOfNewcomer, checkToken, tokenStored } = options;
  const router = Router();
  resource(router, '/api/settings', {
    get: (req, res) => {
      const settings = req.state.settings ?? settingsOfNewcomer();
      if (!settings) throw new HttpError(404, 'settings_not_found', 'Settings not found');
      res.json(showSettings(settings, isTokenSet(req)));
    },
    post: async (req, res) => {
      const store = settingsStore(req);
      if (!store) throw new HttpError(401, 'not_authenticated', 'User is not authenticated');
      if (!mayBeJson(req)) {
        throw new HttpError(415, 'unsupported_media_type', 'Send settings as application/json.');
      }
      const update = parseInput(settingsUpdate(), 'body', req.body);
      const token = update.unset_github_token === true ? undefined : update.github_token;
      const user = token && (await userOf(token, checkToken));
      await store.update(update);
      if (token && user) await tokenStored(token, user);
      res.json({ message: 'Settings stored' });
    },
  });
  return defineRoutes({ name: 'settings', router });
}

async function userOf(token: Secret, checkToken: SettingsRoutesOptions['checkToken']): Promise<GitHubUser> {
  try {
    return await checkToken(token);
  } catch (error) {
    if (!(error instanceof InvalidGitHubTokenError)) throw error;
    throw new HttpError(401, 'invalid_github_token', 'Invalid GitHub token. Please make sure it is valid.');
  }
}

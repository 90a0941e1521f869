import { createHmac } from 'node:crypto';
import express, { type Request, Router } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../../oss/errors.ts';
import { resource } from '../../oss/routes/resource.ts';
import { Secret } from '../../oss/secret.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';

export interface GithubWebhookRoutesOptions {
  /** `GITHUB_APP_WEBHOOK_SECRET`; without it nobody could be told from GitHub, so the answer is 404. */
  readonly secret: Secret | undefined;
  readonly tokens: GithubTokenProvider;
  readonly sessions: Sessions;
  readonly log: Logger;
}

const PATH = '/integration/github/events';
/** The longest that GitHub sends (its docs, "Webhook events and payloads"). */
const LONGEST = '25mb';

/**
 * `POST /integration/github/events`: what GitHub tells of itself. The one event that matters is a user's taking
 * the authorization back, `github_app_authorization`, to which every GitHub App is subscribed.
 *
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function githubWebhookRoutes({ secret, tokens, sessions, log }: GithubWebhookRoutesOptions): Router {
  const router = Router();
  if (secret === undefined) {
    router.all(PATH, () => {
      throw new HttpError(404, 'not_found', 'No webhooks here: GITHUB_APP_WEBHOOK_SECRET is not set.');
    });
    return router;
  }
  resource(router, PATH, {
    post: [
      (req, _res, next) => {
        // Before the body is read: nobody without a signature makes this server hold 25 MB.
        if (!/^sha256=[\da-f]{64}$/i.test(signatureOf(req))) throw badSignature();
        next();
      },
      express.raw({ type: () => true, limit: LONGEST }),
      async (req, res) => {
        const body: unknown = req.body;
        if (!Buffer.isBuffer(body)) {
          log.error(
            'A webhook cannot be checked: a body parser in front of this server has consumed its raw body',
          );
          throw badSignature();
        }
        const expected = `sha256=${createHmac('sha256', secret.reveal()).update(body).digest('hex')}`;
        if (!new Secret(expected).equals(new Secret(signatureOf(req).toLowerCase()))) throw badSignature();
        if (req.get('X-GitHub-Event') === 'github_app_authorization') {
          const userId = revokedUser(payloadOf(req, body));
          if (userId !== undefined) {
            await sessions.end(userId);
            await tokens.forget(userId);
            log.info({ github_user_id: userId }, 'A user has taken the authorization back at GitHub');
          }
        }
        res.json({ message: 'Event received' });
      },
    ],
  });
  return router;
}

function signatureOf(req: Request): string {
  return req.get('X-Hub-Signature-256') ?? '';
}

function badSignature(): HttpError {
  return new HttpError(403, 'bad_signature', 'The signature of this event is missing or wrong.');
}

function payloadOf(req: Request, body: Buffer): unknown {
  const text = body.toString();
  try {
    // A webhook may be set to send a form, with the same JSON in a field.
    const json = req.is('application/x-www-form-urlencoded')
      ? new URLSearchParams(text).get('payload')
      : text;
    return JSON.parse(json ?? '');
  } catch (cause) {
    throw new HttpError(400, 'invalid_payload', 'The payload of this event is not JSON.', { cause });
  }
}

function revokedUser(payload: unknown): string | undefined {
  const { action, sender } = (payload ?? {}) as { action?: unknown; sender?: { id?: unknown } };
  const id = sender?.id;
  return action === 'revoked' && Number.isSafeInteger(id) ? String(id) : undefined;
}

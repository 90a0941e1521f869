import { type Request, type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { HttpError } from '../../oss/errors.ts';
import { resource } from '../../oss/routes/resource.ts';
import { Secret } from '../../oss/secret.ts';
import { SeldomLog } from '../../oss/seldom-log.ts';
import type { HandledDeliveries } from '../auth/handled-deliveries.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { GithubTokenProvider } from '../tokens/github-token-provider.ts';
import type { GrantCheck } from '../tokens/grant-check.ts';
import type { FailedAttempts } from './failed-attempts.ts';
import { bodyLeftByParser, readSignedBody, signaturesOf, type SignedBody } from './signed-body.ts';

export interface GithubWebhookRoutesOptions {
  /** `GITHUB_APP_WEBHOOK_SECRET`, each of which verifies; without one nobody could be told from GitHub: 404. */
  readonly secrets: readonly Secret[];
  /** What had no valid signature. */
  readonly failures: FailedAttempts;
  readonly tokens: Pick<GithubTokenProvider, 'forget'>;
  readonly sessions: Pick<Sessions, 'end' | 'exist'>;
  readonly grants: Pick<GrantCheck, 'isAlive'>;
  /** What was dealt with, and may be delivered again. */
  readonly deliveries: HandledDeliveries;
  readonly log: Logger;
}

const PATH = '/integration/github/events';
/** Far longer than an event that tells of one user and no repository, in bytes. */
const LONGEST_REVOCATION = 64 * 1024;

/**
 * `POST /integration/github/events`: what GitHub tells of itself. The one event that matters is a user's taking
 * the authorization back, `github_app_authorization`, to which every GitHub App is subscribed.
 *
 * @see https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function githubWebhookRoutes({
  secrets,
  failures,
  tokens,
  sessions,
  grants,
  deliveries,
  log,
}: GithubWebhookRoutesOptions): DeclaredRoutes {
  const router = Router();
  const seldom = new SeldomLog(log);
  /** News that comes late, or once more, is older than the sign-in that the user may have made since: that one goes on. */
  const endRevoked = async (githubUserId: string): Promise<string> => {
    if (await grants.isAlive(githubUserId))
      return 'A user who had taken the authorization back at GitHub has signed in since: nothing is ended';
    await sessions.end(githubUserId);
    await tokens.forget(githubUserId, () => sessions.exist(githubUserId));
    return 'A user has taken the authorization back at GitHub';
  };
  if (secrets.length === 0) {
    const noWebhooks: RequestHandler = () => {
      throw new HttpError(404, 'not_found', 'No webhooks here: GITHUB_APP_WEBHOOK_SECRET is not set.');
    };
    router.all(PATH, noWebhooks);
    return defineRoutes({ name: 'github-webhook', router });
  }
  resource(router, PATH, {
    post: async (req, res) => {
      const given = signatureOf(req);
      // A revocation is short, and must not be lost: strangers behind the same proxy may have used up GitHub's address.
      if (!tellsOfRevocation(req)) await failures.check(req);
      const event = await eventOf(req, secrets, seldom);
      if (!event.signatures.some((signature) => new Secret(signature).equals(new Secret(given)))) {
        await failures.count(req, res);
        throw badSignature();
      }
      if (tellsOfRevocation(req)) {
        const userId = revokedUser(payloadOf(req, event.bytes));
        if (userId !== undefined) {
          let outcome: string | undefined;
          const isNew = await deliveries.once(userId, req.get('X-GitHub-Delivery'), async () => {
            outcome = await endRevoked(userId);
          });
          if (isNew) log.info({ github_user_id: userId }, outcome);
        }
      }
      res.json({ message: 'Event received' });
    },
  });
  return defineRoutes({ name: 'github-webhook', router });
}

async function eventOf(
  req: Request,
  secrets: GithubWebhookRoutesOptions['secrets'],
  log: SeldomLog,
): Promise<SignedBody> {
  if (!req.readableDidRead) {
    return readSignedBody(req, { secrets, keep: tellsOfRevocation(req) ? LONGEST_REVOCATION : 0 });
  }
  const bytes = bodyLeftByParser(req);
  if (bytes === undefined) {
    log.error(
      {},
      'A webhook cannot be checked: a body parser in front of this server has consumed its raw body',
    );
    throw badSignature();
  }
  return { bytes, signatures: signaturesOf(bytes, secrets) };
}

function tellsOfRevocation(req: Request): boolean {
  return req.get('X-GitHub-Event') === 'github_app_authorization';
}

/** @throws HttpError before the body is read, for what can be no signature. */
function signatureOf(req: Request): string {
  const signature = req.get('X-Hub-Signature-256') ?? '';
  if (!/^sha256=[\da-f]{64}$/i.test(signature)) throw badSignature();
  return signature.toLowerCase();
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
  return action === 'revoked' && Number.isSafeInteger(id) && Number(id) > 0 ? String(id) : undefined;
}

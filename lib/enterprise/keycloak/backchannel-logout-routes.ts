import express, { type RequestHandler, Router } from 'express';
import type { Logger } from 'pino';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { BODY_MS, bodyDeadline } from '../../oss/body-deadline.ts';
import { resource } from '../../oss/routes/resource.ts';
import type { HandledDeliveries } from '../auth/handled-deliveries.ts';
import type { FailedAttempts } from '../routes/failed-attempts.ts';
import { InvalidLogoutTokenError } from './errors.ts';
import type { KeycloakSession } from './keycloak-client.ts';
import type { KeycloakSessions } from './keycloak-sessions.ts';
import type { LogoutClaims, LogoutTokens } from './logout-token.ts';
import type { SessionDocuments } from './session-documents.ts';

export interface BackchannelLogoutRoutesOptions {
  readonly logoutTokens: LogoutTokens;
  readonly kept: Pick<SessionDocuments, 'userWith'>;
  readonly sessions: Pick<KeycloakSessions, 'endedByKeycloak'>;
  readonly deliveries: HandledDeliveries;
  /** What was no logout token. Those of Keycloak are not counted: none of them comes a second time. */
  readonly failures: FailedAttempts;
  readonly log: Logger;
}

export const BACKCHANNEL_LOGOUT = '/oauth/keycloak/backchannel-logout';
/** Far longer than a logout token, in bytes. */
const LONGEST = 16 * 1024;

/**
 * `POST /oauth/keycloak/backchannel-logout`: Keycloak tells that it has ended a session. Only the session that is kept is
 * ended: a token that comes late, after a new sign-in, is for another one.
 *
 * @see https://openid.net/specs/openid-connect-backchannel-1_0.html#BCRequest
 */
export function backchannelLogoutRoutes(options: BackchannelLogoutRoutesOptions): DeclaredRoutes {
  const { logoutTokens, failures } = options;
  const router = Router();
  resource(router, BACKCHANNEL_LOGOUT, {
    post: [
      form,
      async (req, res) => {
        res.set('Cache-Control', 'no-store');
        const token = (req.body as { logout_token?: unknown } | undefined)?.logout_token;
        try {
          if (typeof token !== 'string') throw new InvalidLogoutTokenError();
          await carryOut(await logoutTokens.verify(token), options);
        } catch (error) {
          if (error instanceof InvalidLogoutTokenError) await failures.count(req, res);
          throw error;
        }
        res.status(200).end();
      },
    ],
  });
  return defineRoutes({ name: 'backchannel-logout', router });
}

const parse = express.urlencoded({ extended: false, inflate: false, limit: LONGEST });

/** Reads the form, which is a stranger's until the token in it has been verified. */
const form: RequestHandler = (req, res, next) => {
  let isLate = false;
  const stopWaiting = bodyDeadline(BODY_MS, (error) => {
    isLate = true;
    next(error);
  });
  parse(req, res, (error?: unknown) => {
    stopWaiting();
    if (!isLate) next(error);
  });
};

async function carryOut(claims: LogoutClaims, options: BackchannelLogoutRoutesOptions): Promise<void> {
  const { kept, sessions, deliveries, log } = options;
  const userId = await kept.userWith(claims.sub);
  if (userId === undefined) return;
  const isNew = await deliveries.once(userId, claims.id, async () => {
    if (await sessions.endedByKeycloak(userId, isMeantBy(claims)))
      log.info({ github_user_id: userId }, 'Keycloak tells that it has ended the session of a user');
  });
  if (!isNew) throw new InvalidLogoutTokenError();
}

/** What began later is not meant: the next session of a browser may have the id of the one that has ended. */
function isMeantBy({ sub, sid, iat }: LogoutClaims) {
  return (session: KeycloakSession) =>
    session.sub === sub && (sid ?? session.sid) === session.sid && session.beganAt <= iat;
}

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Secret } from '../../oss/secret.ts';
import { loadJose } from '../load-jose.ts';

/** The session that Keycloak keeps for one sign-in, as far as is needed to end it. */
export interface OfflineSession {
  /** Keycloak's id of the user. */
  readonly sub: string;
  /** Keycloak's id of the session. All those of one browser may have the same, one after the other. */
  readonly sid: string;
  readonly refreshToken: Secret;
}

/** A session as it is stored, encrypted, where it is still to be ended. */
export const storedSessionSchema = z
  .object({ sub: z.string(), sid: z.string(), refresh_token: z.string().min(1) })
  .transform(({ sub, sid, refresh_token }): OfflineSession => ({
    sub,
    sid,
    refreshToken: new Secret(refresh_token),
  }));

/** What {@link storedSessionSchema} reads. */
export function storedSession({ sub, sid, refreshToken }: OfflineSession): object {
  return { sub, sid, refresh_token: refreshToken.reveal() };
}

const answerSchema = z.object({ refresh_token: z.string().min(1) });
const claimsSchema = z.object({ sub: z.string(), sid: z.string().min(1) });

/**
 * The session that an answer to a code tells of, whatever else is wrong with it: once Keycloak has begun it, somebody has to
 * end it.
 */
export async function offlineSessionIn(answer: Response): Promise<OfflineSession | undefined> {
  const { data } = answerSchema.safeParse(await answer.json().catch(() => undefined));
  if (data === undefined) return undefined;
  const refreshToken = new Secret(data.refresh_token);
  return { ...(await idsIn(refreshToken)), refreshToken };
}

/** Not verified: it comes from Keycloak itself, and tells only which session it may not be, since that one is kept. */
async function idsIn(refreshToken: Secret): Promise<Pick<OfflineSession, 'sub' | 'sid'>> {
  const { decodeJwt } = await loadJose();
  try {
    return claimsSchema.parse(decodeJwt(refreshToken.reveal()));
  } catch {
    // Keycloak may as well encrypt it. Then it stands for itself.
    return { sub: '', sid: createHash('sha256').update(refreshToken.reveal()).digest('hex') };
  }
}

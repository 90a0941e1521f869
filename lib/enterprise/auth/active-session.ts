import type { AuthClaims, AuthCookieReading } from './auth-cookie.ts';
import type { SessionCheck } from './sessions.ts';

/**
 * The first session that a browser's cookies name and that still goes on.
 *
 * @throws StorageError when the store cannot tell.
 */
export async function activeSession(
  sessions: SessionCheck,
  reading: AuthCookieReading | undefined,
): Promise<AuthClaims | undefined> {
  if (reading?.kind !== 'genuine') return undefined;
  for (const claims of [reading.claims, ...(reading.others ?? [])]) {
    if (await sessions.isActive(claims.github_user_id, claims.generation)) return claims;
  }
  return undefined;
}

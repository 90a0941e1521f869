import { isExpired, type SignedIn } from './token-record.ts';

/** A token that GitHub has just issued and already rejects is not helped by another one. */
const YOUNG_MS = 10_000;

/**
 * `fresh`: use it. `due`: use it, and refresh it meanwhile. `expired`: refresh it first.
 */
export type Stage = 'fresh' | 'due' | 'expired';

/**
 * How far ahead of its expiry the token of this user is refreshed, in milliseconds: from once to twice `aheadMs`. It is
 * spread over the users by their id, so that those who signed in together do not refresh together. Tokens that live for less
 * than an hour or so are refreshed in the last half of their life.
 */
export function refreshAheadMs(githubUserId: string, lifetimeMs: number, aheadMs: number): number {
  return Math.min(aheadMs, lifetimeMs / 4) * (1 + spread(githubUserId));
}

/** @param now - milliseconds since the epoch. */
export function stageOf(githubUserId: string, record: SignedIn, now: number, aheadMs: number): Stage {
  const { expiresAt } = record.tokens;
  if (expiresAt === undefined) return 'fresh';
  if (isExpired(record, now)) return 'expired';
  const lifetimeMs = expiresAt - record.obtainedAt;
  return now >= expiresAt - refreshAheadMs(githubUserId, lifetimeMs, aheadMs) ? 'due' : 'fresh';
}

/**
 * Whether a token has lived for a little only, or for less than a quarter of its life. A clock that was set back says nothing.
 *
 * @param now - milliseconds since the epoch.
 */
export function isYoung({ obtainedAt, tokens: { expiresAt = Infinity } }: SignedIn, now: number): boolean {
  const age = now - obtainedAt;
  return age >= 0 && age < Math.min(YOUNG_MS, (expiresAt - obtainedAt) / 4);
}

/** A number from 0 to 1 that is always the same for a text, and even over many: FNV-1a. */
function spread(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV are the better mixed ones.
  return (hash & 0xffff) / 0x10000;
}

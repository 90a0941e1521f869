import { RecentReads } from '../storage/recent-reads.ts';
import type { Settings } from './settings.ts';

/** For how long settings are believed, in milliseconds: what another process has saved is seen within it. */
const STALE_MS = 1_000;

/**
 * The settings of the users who were here in the last second: a browser that opens the page asks half a dozen times, and each
 * request needs them. Their secrets are in the clear for as long, as the tokens are.
 */
export type RecentSettings = RecentReads<Settings | undefined, Settings>;

/** @param now - milliseconds since the epoch. */
export function recentSettings(now: () => number): RecentSettings {
  return new RecentReads({ staleMs: STALE_MS, now, isKept });
}

/** That somebody has none is asked anew: they may be saving their first ones on another process. */
function isKept(settings: Settings | undefined): settings is Settings {
  return settings !== undefined;
}

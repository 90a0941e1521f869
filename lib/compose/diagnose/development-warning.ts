/**
 * What a stack warns of while an app is developed, besides the warnings of its plan. The ids are stable;
 * docs/diagnostics.md explains each.
 */
export const DEVELOPMENT_WARNINGS = {
  S401: 'request that is held',
  S402: 'promise without an answer',
  S403: 'compose within a request',
  S404: 'stack that runs twice',
  S405: 'path that repeats the mount path',
} as const;

/** The id of a kind of development warning, such as `'S401'`; `silence` takes them. */
export type DevelopmentWarningId = keyof typeof DEVELOPMENT_WARNINGS;

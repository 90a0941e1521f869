/**
 * What middleware writes on `req.state` and reads from it. Empty here: every edition, and every host, declares
 * its own keys by merging, as Express users know it:
 *
 * ```ts
 * declare module 'openhands-express' {
 *   interface RequestState { tenant_id?: string }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface RequestState {}

/** The name of a key of `req.state`. */
export type StateKey = Extract<keyof RequestState, string>;

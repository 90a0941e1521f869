import type { HttpError } from './errors.ts';
import type { Secret } from './secret.ts';
import type { Settings } from './settings/settings.ts';

declare module '../compose.ts' {
  interface RequestState {
    /** Names this request in the log and in the `X-Request-Id` response header. */
    request_id?: string;
    /** What the request's settings store held, secrets as {@link Secret}; `undefined` when nothing is stored. */
    settings?: Settings;
    /** The personal access token from Settings: what the OSS edition revolves around. */
    github_token?: Secret;
    /** Set on a request that is one too many, where its route may still answer from what it knows. */
    rate_limited?: HttpError;
    /** Given by the host's conversation manager. */
    conversation?: unknown;
  }
}

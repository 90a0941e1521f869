import { whenLate } from '../time-limit.ts';
import { HttpError } from './errors.ts';

/** How long a body of this size may take, in milliseconds: settings are some hundred bytes, and webhooks come from GitHub. */
export const BODY_MS = 10_000;

/**
 * Calls back when a body has taken too long, so that nobody holds a request open by sending a byte now and then.
 *
 * @param ms - how long it may take, in milliseconds.
 * @returns ends the waiting; to be called when the body is there.
 */
export function bodyDeadline(ms: number, onLate: (error: HttpError) => void): () => void {
  return whenLate(ms, () => onLate(tooSlow()));
}

function tooSlow(): HttpError {
  return new HttpError(408, 'request_timeout', 'The request body took too long to arrive.', {
    // What is still to come of the body could be taken for another request.
    headers: { Connection: 'close' },
  });
}

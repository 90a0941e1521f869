import { validateHeaderValue } from 'node:http';
import type { Response } from 'express';

/** What an answer begins with. */
export type StatusLine = Pick<Response, 'statusCode' | 'statusMessage'>;

export function statusLineOf({ statusCode, statusMessage }: Response): StatusLine {
  return { statusCode, statusMessage };
}

/**
 * Gives a response back the status it had, where Node would refuse its present one. A hook that sets such a status sets it
 * for the answer to that error too, so that no answer could ever go out.
 *
 * @returns why Node would refuse it; undefined where nothing had to be done.
 */
export function keepStatusLine(res: Response, before: StatusLine): Error | undefined {
  const { statusCode, statusMessage } = res;
  const isStatus = statusCode === before.statusCode || isStatusCode(statusCode);
  const isMessage = statusMessage === before.statusMessage || isStatusMessage(statusMessage);
  if (!isStatus) res.statusCode = before.statusCode;
  if (!isMessage) res.statusMessage = before.statusMessage;
  if (!isStatus) return new RangeError(`res.statusCode was set to what is no status: ${String(statusCode)}.`);
  return isMessage ? undefined : new TypeError('res.statusMessage was set to what no header line may hold.');
}

/** As Node reads it. */
function isStatusCode(status: unknown): boolean {
  const number = Math.trunc(Number(status));
  return number >= 100 && number <= 999;
}

function isStatusMessage(message: unknown): boolean {
  try {
    // Where it is no text, Node takes its own, or makes one of it.
    if (typeof message === 'string') validateHeaderValue('status', message);
    return true;
  } catch {
    return false;
  }
}

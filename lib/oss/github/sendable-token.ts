import type { Secret } from '../secret.ts';

/** Whether an HTTP header can carry a token. No token of GitHub's looks otherwise, so any other is none. */
export function isSendable(token: Secret): boolean {
  return /^[\x21-\x7e]+$/.test(token.reveal());
}

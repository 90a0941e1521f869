/**
 * What becomes of the record of a user while their pair is refreshed.
 *
 * A refresh token works once. So who is about to use it says so first, in the record: that is an *attempt*, and it ends with
 * a new pair, or with the word that nothing came of it. An attempt that has not ended may have brought a new pair that is
 * still to be stored, because its process cannot reach the store, or is dead. Until that is known, GitHub's word that the
 * token is dead says nothing about the user. All this is in the record, and not in a lock: a lock can be lost.
 */
import { isSamePair, type SignedIn, type SignedOut, type TokenRecord } from './token-record.ts';

/** What a record is to be, by what it is. One that comes back as it was needs not be written. */
export type Change<Next extends TokenRecord | undefined = TokenRecord | undefined> = (
  current: TokenRecord | undefined,
) => Next;

/** An attempt has begun. */
export function begun(current: SignedIn, attempt: string): SignedIn {
  return { ...current, attempts: [...(current.attempts ?? []), attempt] };
}

/** Whether an attempt has begun, and not ended, as far as a record says. */
export function isUnderWay(record: TokenRecord | undefined, attempt: string): record is SignedIn {
  return record?.state === 'signed_in' && record.attempts?.includes(attempt) === true;
}

/**
 * GitHub has issued `pair` for `used`. It takes its place; and that of the word of another process that `used` is dead,
 * since it shows what that one has died of.
 */
export function renewed(used: SignedIn, pair: SignedIn): Change {
  return (current) => {
    const isCalledDead = current?.state === 'signed_out' && current.signInId === used.signInId;
    return isCalledDead || isSamePair(current, used) ? pair : current;
  };
}

/** An attempt has ended without a pair. @param failure - when to try again, if that is known. */
export function cameToNothing(used: SignedIn, attempt: string, failure = used.failure): Change {
  return (current) =>
    isSamePair(current, used)
      ? { ...withoutAttempt(current, attempt), ...(failure && { failure }) }
      : current;
}

/**
 * GitHub has told an attempt that the refresh token of `used` is dead. That ends the sign-in, unless there are other attempts
 * that may have brought a new pair.
 *
 * @param isOver - whether an attempt is known to have left nothing.
 */
export function calledDead(
  used: SignedIn,
  attempt: string,
  signedOut: SignedOut,
  isOver: (attempt: string) => boolean,
): Change {
  return (current) => {
    if (!isSamePair(current, used)) return current;
    const rest = withoutAttempt(current, attempt);
    return rest.attempts?.every(isOver) === false ? rest : signedOut;
  };
}

/** The sign-in has ended, unless something has come in between. */
export function ended(used: SignedIn, signedOut: SignedOut): Change {
  return (current) => (isSamePair(current, used) ? signedOut : current);
}

function withoutAttempt({ attempts = [], ...record }: SignedIn, attempt: string): SignedIn {
  const others = attempts.filter((other) => other !== attempt);
  return others.length === 0 ? record : { ...record, attempts: others };
}

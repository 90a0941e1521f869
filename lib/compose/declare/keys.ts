import type { StateKey } from './request-state.ts';
import { reservedKey } from './reserved-key.ts';

/**
 * A key of the request itself, where most Express code keeps what it tells other code: `'req.user'`, `'req.body'`, or
 * `'res.locals.nonce'`. It is declared for the order and the checks. Nothing is intercepted, so it costs a request
 * nothing, and what is written there is not held back.
 */
export type RequestKey = `req.${string}` | `res.locals.${string}`;

/** What `writes` and `updates` name: a key of `req.state`, or of the request itself. */
export type DeclaredKey = [StateKey] extends [never] ? RequestKey | NoKeyYet : StateKey | RequestKey;

/** What `reads` names. `'req.session?'` is an optional read: it runs after who writes that, if there is anybody. */
export type ReadKey = DeclaredKey | `${StateKey}?`;

/** What a person reads in the place of `never` who names a key and has declared none. */
type NoKeyYet = 'there is no key of req.state yet: declare yours by merging it into RequestState';

/** The key that a read names, which may be optional. */
export function keyOfRead(read: string): string {
  return isOptionalRead(read) ? read.slice(0, -1) : read;
}

/** Whether a middleware can do without a key that it reads. */
export function isOptionalRead(read: string): boolean {
  return read.endsWith('?');
}

const OF_REQUEST = /^(?:req|res\.locals)\./;

/** Whether a key is one of the request itself, and not of `req.state`. */
export function isRequestKey(key: string): key is RequestKey {
  return OF_REQUEST.test(key);
}

/** Why a key cannot be declared, as a sentence; undefined if it can. */
export function faultOfKey(key: string): string | undefined {
  if (reservedKey(key)) return `"${key}" cannot be a state key: JavaScript gives that name a meaning.`;
  const fault = faultOfForm(key.replace(/\?$/, ''));
  return fault === undefined ? undefined : `"${key}" cannot be a key: ${fault}.`;
}

/** What is wrong with how a key is written, as the end of a sentence. */
function faultOfForm(key: string): string | undefined {
  if (/^req\.(?:state|stack)(?:\.|$)/.test(key)) {
    return `the keys of req.state are named without it, such as 'visitor'`;
  }
  if (!isRequestKey(key)) {
    if (key === 'res.locals' || key.startsWith('res.')) return `of a response there are 'res.locals.…' only`;
    return undefined;
  }
  const name = key.replace(OF_REQUEST, '');
  if (/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined;
  return `what stands behind "${key.slice(0, key.length - name.length)}" must be one name, such as 'req.user'`;
}

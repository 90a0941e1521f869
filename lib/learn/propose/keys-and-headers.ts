import { faultOfKey } from '../../compose/declare/keys.ts';

/** Where clients put what they send: it is parsed by some, and cleaned by others in place. */
const PARSED_INPUT = /^req\.(?:body|query|params|headers|url|method)$/;

/** Headers that belong to the one who answers, and not to all that stand behind a middleware. */
const OF_ONE_ANSWER =
  /^(?:content-(?!security).*|etag|last-modified|transfer-encoding|connection|keep-alive|date|location|allow|accept-ranges|www-authenticate)$/;

/** The key of a declaration in a name such as `req.session.cart`; undefined where there is none. */
export function keyIn(name: string): string | undefined {
  const key = /^(?:req|res\.locals)\.[^.]+/.exec(name)?.[0];
  return key === undefined || faultOfKey(key) !== undefined ? undefined : key;
}

export function isParsedInput(key: string): boolean {
  return PARSED_INPUT.test(key);
}

export function isOfOneAnswer(header: string): boolean {
  return OF_ONE_ANSWER.test(header);
}

const SEGMENT = /^[A-Za-z0-9._-]+$/;
const LONGEST_KEY = 200;

/** What a damaged document is renamed to ends with this and the time; see {@link setAside}. */
export const SET_ASIDE_MARK = '.corrupt-';

/** Whether `name` can be one segment of a key. Everything the store makes for itself is named so that it cannot. */
export function isKeySegment(name: string): boolean {
  return SEGMENT.test(name) && name !== '.' && name !== '..' && !name.includes(SET_ASIDE_MARK);
}

/** Whether `name` is the last segment of what a damaged document was renamed to. */
export function isSetAside(name: string): boolean {
  const [before, after] = name.split(SET_ASIDE_MARK, 2);
  return after !== undefined && isKeySegment(before ?? '');
}

/** @throws TypeError when `key` is not a key as `DocumentStore` defines it. */
export function assertDocumentKey(key: string): void {
  if (key.length > LONGEST_KEY || !key.split('/').every(isKeySegment)) {
    throw new TypeError(`Not a document key: ${JSON.stringify(key.slice(0, LONGEST_KEY))}`);
  }
}

/** @throws TypeError when no key could start with `prefix`. The empty prefix is every key's. */
export function assertKeyPrefix(prefix: string): void {
  const segments = prefix.split('/');
  const unfinished = segments.pop() ?? '';
  const finishable = unfinished === '' || /^[A-Za-z0-9._-]+$/.test(unfinished);
  if (prefix.length > LONGEST_KEY || !finishable || !segments.every(isKeySegment)) {
    throw new TypeError(`Not a prefix of document keys: ${JSON.stringify(prefix.slice(0, LONGEST_KEY))}`);
  }
}

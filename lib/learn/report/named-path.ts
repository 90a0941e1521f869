/** GitHub's tokens and what looks like one: 16 characters or more with a digit, such as a UUID, a hash or a JWT. */
const OPAQUE = /^(?:gh[a-z]_|github_pat_)|^(?=.*\d)[\w.~+=-]{16,}$/i;
const ADDRESS = /@|%40/i;

/**
 * A path as a report names it. Reports are committed, and the path of an invitation or of a reset password is its secret: a
 * segment that may be one, or the address of a person, is a `*`.
 */
export function namedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => (OPAQUE.test(segment) || ADDRESS.test(segment) ? '*' : segment))
    .join('/');
}

/**
 * Makes something when it is first asked for, and gives the same from then on: for what a start can do without, such as
 * the schema of a body.
 */
export function madeOnce<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

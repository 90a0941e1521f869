/** What the part of the address behind `#` says: which view, and what it shows. `#/repositories?page=2&sort=created` */

/** @typedef {Record<string, string | number | undefined>} Query empty and undefined values are left out */

/**
 * Anybody can send somebody a link, so a view takes nothing from it but what it knows.
 *
 * @param {string} hash
 * @returns {{ id: string, query: URLSearchParams }}
 */
export function routeOf(hash) {
  const [path = '', query = ''] = hash.replace(/^#\//, '').split(/\?(.*)/s);
  return { id: path, query: new URLSearchParams(query) };
}

/**
 * @param {string} id of a view
 * @param {Query} [query]
 */
export function hashOf(id, query = {}) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? `#/${id}` : `#/${id}?${text}`;
}

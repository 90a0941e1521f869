/**
 * The pages that a `Link` header names, by relation: `{ next: 3, last: 7 }` (RFC 8288, as GitHub writes it).
 *
 * @param {string | null | undefined} header
 * @returns {Partial<Record<'prev' | 'next' | 'first' | 'last', number>>}
 */
export function pagesOf(header) {
  /** @type {Record<string, number>} */
  const pages = {};
  for (const [, url = '', relation = ''] of (header ?? '').matchAll(/<([^>]*)>;[^,]*rel="([^"]*)"/g)) {
    const page = /[?&]page=(\d+)/.exec(url)?.[1];
    if (page) pages[relation] = Number(page);
  }
  return pages;
}

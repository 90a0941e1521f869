/** What the list of repositories shows, as the address says it. */

export const SORTS = ['pushed', 'updated', 'created', 'full_name'];

/**
 * @typedef {object} Listing
 * @property {number} page
 * @property {string} sort one of {@link SORTS}
 * @property {string} installation an id, or empty for all
 * @property {string} q what is searched for in all of GitHub; empty for one's own repositories
 */

/**
 * Anything strange in the address is as good as not there.
 *
 * @param {URLSearchParams} query
 * @returns {Listing}
 */
export function listingOf(query) {
  const page = query.get('page') ?? '';
  const sort = query.get('sort') ?? '';
  const installation = query.get('installation') ?? '';
  return {
    page: /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1,
    sort: SORTS.includes(sort) ? sort : 'pushed',
    installation: /^\d{1,15}$/.test(installation) ? installation : '',
    q: (query.get('q') ?? '').trim().slice(0, 256),
  };
}

/**
 * The other way round, without what is so anyway.
 *
 * @param {Partial<Listing>} listing
 * @returns {import('../route.js').Query}
 */
export function queryOf({ page = 1, sort = 'pushed', installation = '', q = '' }) {
  if (q !== '') return { q };
  return {
    page: page === 1 ? undefined : page,
    sort: sort === 'pushed' ? undefined : sort,
    installation,
  };
}

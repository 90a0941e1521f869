/** What the page takes from its address, and puts into it. */
import assert from 'node:assert/strict';

interface Route {
  readonly routeOf: (hash: string) => { id: string; query: URLSearchParams };
  readonly hashOf: (id: string, query?: Record<string, string | number | undefined>) => string;
}
interface Listing {
  readonly page: number;
  readonly sort: string;
  readonly installation: string;
  readonly q: string;
}
interface Listings {
  readonly listingOf: (query: URLSearchParams) => Listing;
  readonly queryOf: (listing: Partial<Listing>) => Record<string, string | number | undefined>;
}

// The page is plain JavaScript, which the compiler checks by itself (tsconfig.page.json).
const load = (name: string) => import(new URL(`../../lib/page/${name}`, import.meta.url).href);
const { routeOf, hashOf } = (await load('route.js')) as Route;
const { listingOf, queryOf } = (await load('views/listing.js')) as Listings;

describe('the address of the page', () => {
  it('is a view and what it shows, and is read as it was written', () => {
    for (const q of ['hello', 'a&b=c', '50%', '#?/ü', '%26', '+ +']) {
      const { id, query } = routeOf(hashOf('repositories', { q }));
      assert.equal(id, 'repositories');
      assert.equal(query.get('q'), q);
    }
    assert.equal(hashOf('tasks'), '#/tasks');
    assert.equal(hashOf('tasks', { page: undefined, sort: '' }), '#/tasks');
    assert.equal(hashOf('repositories', { page: 2 }), '#/repositories?page=2');
  });

  it('is a view even when it is none of ours', () => {
    for (const hash of ['', '#', '#/', '#main', '#/%', '#/__proto__?x', '#?#/settings'])
      assert.doesNotThrow(() => routeOf(hash), hash);
  });
});

describe('what the list of repositories takes from the address', () => {
  const from = (query: string) => listingOf(new URLSearchParams(query));
  const USUAL = { page: 1, sort: 'pushed', installation: '', q: '' };

  it('is what it knows', () => {
    assert.deepEqual(from('page=3&sort=created&installation=42'), {
      page: 3,
      sort: 'created',
      installation: '42',
      q: '',
    });
    assert.equal(from('q=%20spoon%20').q, 'spoon');
  });

  it('is nothing of what a stranger may have made up', () => {
    for (const query of [
      'page=0',
      'page=-1',
      'page=1e9',
      'page=1.5',
      'page=99999999999',
      'page=2;3',
      'sort=stars',
      'sort=__proto__',
      'sort=pushed%26per_page%3D9999',
      'installation=1%2F..%2F2',
      'installation=-1',
      'q=%20%20',
      'token=ghp_x&unset_github_token=true',
    ])
      assert.deepEqual(from(query), USUAL, query);
    assert.equal(from(`q=${'x'.repeat(9_999)}`).q.length, 256);
  });

  it('is short where it is what one sees anyway, and reads back', () => {
    assert.equal(hashOf('repositories', queryOf(USUAL)), '#/repositories');
    for (const query of ['page=3&sort=created&installation=42', 'q=spoon', 'sort=full_name'])
      assert.equal(hashOf('r', queryOf(from(query))), `#/r?${query}`);
  });
});

/** My repositories, page by page, and a search of all of GitHub. What is shown is in the address. */
import { getInstallations, getRepositories, searchRepositories } from '../api.js';
import { showEmpty } from '../empty.js';
import { atGitHub, isGitHubCloud } from '../facts.js';
import { pagesOf } from '../link-header.js';
import { clear } from '../notices.js';
import { monogram } from '../profile.js';
import { hashOf } from '../route.js';
import { clone, slots } from '../templates.js';
import { counted } from './counted.js';
import { listingOf, queryOf } from './listing.js';
import { askForToken } from './no-token.js';

/** @typedef {import('../api.js').Repository} Repository */
/** @typedef {import('../navigation.js').Context} Context */
/** @typedef {import('./listing.js').Listing} Listing */

const PER_PAGE = 10;
const MOST_FOUND = 20;
const stars = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** @type {import('../navigation.js').View} */
export const repositoriesView = {
  id: 'repositories',
  label: 'Repositories',
  open(root, context) {
    if (!context.session.signedIn) return askForToken(root);
    const list = new RepositoryList(root, context);
    void list.show(listingOf(context.query));
    void list.offerInstallations();
    return (query) => void list.show(listingOf(query), { moveFocus: true });
  },
};

/** @param {Partial<Listing>} listing */
const addressOf = (listing) => hashOf(repositoriesView.id, queryOf(listing));

class RepositoryList {
  /** Counts the loads, so that a slow answer cannot overwrite a newer one. */
  #loads = 0;
  /** @type {Listing} */
  #shown = listingOf(new URLSearchParams());

  /** @param {HTMLElement} root @param {Context} context */
  constructor(root, context) {
    this.context = context;
    this.part = slots(root);
    this.query = /** @type {HTMLInputElement} */ (root.querySelector('#query'));
    this.sort = /** @type {HTMLSelectElement} */ (root.querySelector('#sort'));
    this.installation = /** @type {HTMLSelectElement} */ (root.querySelector('#installation'));
    this.part.search.addEventListener('submit', (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      this.#go({ q: this.query.value.trim() });
    });
    for (const filter of [this.sort, this.installation]) {
      filter.addEventListener('change', () =>
        this.#go({ sort: this.sort.value, installation: this.installation.value }),
      );
    }
  }

  /** @param {Partial<Listing>} listing */
  #go(listing) {
    const address = addressOf(listing);
    // No change of the address asks again for what is shown, and it may have failed.
    if (address === addressOf(this.#shown)) void this.show(this.#shown);
    else window.location.hash = address;
  }

  /** @param {Listing} listing @param {{ moveFocus?: boolean }} [options] */
  async show(listing, { moveFocus = false } = {}) {
    const turned = moveFocus && listing.page !== this.#shown.page;
    this.#shown = listing;
    const { part } = this;
    const searching = listing.q !== '';
    this.query.value = listing.q;
    this.sort.value = listing.sort;
    this.#chooseInstallation();
    part.clear.hidden = !searching;
    part.filters.hidden = searching;
    await (searching ? this.#search(listing.q) : this.#browse(listing));
    // The link that was followed may be gone; the person goes on at the head of the new page.
    if (turned && listing === this.#shown) part.summary.focus({ preventScroll: true });
    if (turned) window.scrollTo({ top: 0 });
  }

  /** @param {Listing} listing */
  #browse(listing) {
    const { page, sort, installation } = listing;
    const query = { page, perPage: PER_PAGE, sort, installationId: installation };
    return this.#load(
      () => getRepositories(query, this.context.signal),
      (repositories) => {
        const links = pagesOf(repositories[0]?.link_header);
        const last = links.last ?? page;
        if (repositories.length === 0) return this.#tellThatEmpty(listing);
        this.#showPages(listing, last, links);
        return last > 1
          ? `Page ${page} of ${last}`
          : counted(repositories.length, 'repository', 'repositories');
      },
    );
  }

  /** @param {string} query */
  #search(query) {
    return this.#load(
      () => searchRepositories({ query, perPage: MOST_FOUND }, this.context.signal),
      (repositories) => {
        if (repositories.length > 0)
          return `${counted(repositories.length, 'repository', 'repositories')} found for “${query}”, most stars first`;
        showEmpty(this.part.empty, {
          title: `Nothing found for “${query}”`,
          text: 'Search for a part of the name, or for words of the description.',
        });
        return '';
      },
    );
  }

  /** A personal access token has no installations, and GitHub says so with an error: then there is nothing to choose. */
  async offerInstallations() {
    const { signal } = this.context;
    const ids = await getInstallations(signal).catch(() => undefined);
    if (signal.aborted) return;
    const choices = ids?.map((id) => new Option(`Installation ${id}`, String(id))) ?? [unreadable()];
    const [all = new Option()] = this.installation.options;
    this.installation.replaceChildren(all, ...choices);
    this.part['installation-filter'].hidden = choices.length === 0;
    this.#chooseInstallation();
  }

  /** One that the address names may not be offered, or not yet. */
  #chooseInstallation() {
    const { installation } = this.#shown;
    const offered = [...this.installation.options].some(({ value }) => value === installation);
    if (!offered) this.installation.append(new Option(`Installation ${installation}`, installation));
    this.installation.value = installation;
  }

  /**
   * @param {() => Promise<Repository[]>} request
   * @param {(repositories: Repository[]) => string} show tells what is listed
   */
  async #load(request, show) {
    const load = ++this.#loads;
    const { list, summary, notices, pages, empty, skeleton } = this.part;
    clear(notices);
    empty.replaceChildren();
    list.hidden = true;
    pages.hidden = true;
    skeleton.hidden = false;
    summary.textContent = 'Asking GitHub…';
    const ok = await this.context.attempt(
      notices,
      async () => {
        const repositories = await request().catch((error) => {
          if (load === this.#loads) throw error;
        });
        if (load !== this.#loads || !repositories) return;
        list.replaceChildren(...repositories.map(row));
        list.hidden = repositories.length === 0;
        summary.textContent = show(repositories);
      },
      { again: () => void this.#load(request, show) },
    );
    if (load !== this.#loads) return;
    skeleton.hidden = true;
    if (!ok) summary.textContent = '';
  }

  /** @param {Listing} listing */
  #tellThatEmpty({ page, ...listing }) {
    const { APP_SLUG } = this.context.configuration;
    if (page > 1) {
      showEmpty(this.part.empty, {
        title: `There is no page ${page}`,
        text: 'There are fewer repositories than that.',
        action: { label: 'Go to the first page', href: addressOf(listing) },
      });
    } else {
      showEmpty(this.part.empty, {
        title: 'No repositories yet',
        text: 'What you let this server work with at GitHub shows up here.',
        ...(APP_SLUG && {
          action: { label: 'Choose repositories at GitHub', href: installAddress(APP_SLUG) },
        }),
      });
    }
    return '';
  }

  /** @param {Listing} listing @param {number} last @param {ReturnType<typeof pagesOf>} links */
  #showPages(listing, last, links) {
    const { pages, previous, next, page: label } = this.part;
    pages.hidden = last === 1;
    label.textContent = `${listing.page} of ${last}`;
    lead(previous, listing, links.prev);
    lead(next, listing, links.next);
  }
}

/** @param {HTMLAnchorElement} link @param {Listing} listing @param {number | undefined} page there is none without it */
function lead(link, listing, page) {
  if (page === undefined) {
    link.removeAttribute('href');
    link.setAttribute('aria-disabled', 'true');
  } else {
    link.href = addressOf({ ...listing, page });
    link.removeAttribute('aria-disabled');
  }
}

/** The list works without them, so that this is said in passing. */
function unreadable() {
  const option = new Option('Installations could not be loaded', 'unreadable');
  option.disabled = true;
  return option;
}

/** @param {string} slug */
function installAddress(slug) {
  return atGitHub(`${isGitHubCloud() ? 'apps' : 'github-apps'}/${slug}/installations/new`);
}

/** @param {Repository} repository */
function row({ full_name, stargazers_count }) {
  const content = clone('repository');
  const part = slots(content);
  const [owner = '', name = ''] = full_name.split('/');
  monogram(part.monogram, owner);
  part.link.href = atGitHub(full_name);
  part.owner.textContent = `${owner}/`;
  part.name.textContent = name;
  part.stars.textContent = stars.format(stargazers_count);
  return content;
}

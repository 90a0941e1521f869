/** My repositories, page by page, and a search of all of GitHub. */
import { getInstallations, getRepositories, searchRepositories } from '../api.js';
import { pagesOf } from '../link-header.js';
import { clear } from '../notices.js';
import { monogram } from '../profile.js';
import { clone, slots } from '../templates.js';
import { askForToken } from './no-token.js';

/** @typedef {import('../api.js').Repository} Repository */
/** @typedef {import('../navigation.js').Context} Context */

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
    void list.browse(1);
    void list.offerInstallations();
  },
};

class RepositoryList {
  /** Counts the loads, so that a slow answer cannot overwrite a newer one. */
  #loads = 0;

  /** @param {HTMLElement} root @param {Context} context */
  constructor(root, context) {
    this.context = context;
    this.part = slots(root);
    /** @type {HTMLFormElement} */
    this.form = this.part.search;
    this.sort = /** @type {HTMLSelectElement} */ (root.querySelector('#sort'));
    this.installation = /** @type {HTMLSelectElement} */ (root.querySelector('#installation'));
    this.#listen();
  }

  #listen() {
    const query = this.form.elements.namedItem('query');
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = String(new FormData(this.form).get('query')).trim();
      void (text ? this.search(text) : this.browse(1));
    });
    this.sort.addEventListener('change', () => void this.browse(1));
    this.installation.addEventListener('change', () => void this.browse(1));
    this.part.clear.addEventListener('click', () => {
      this.form.reset();
      void this.browse(1);
      /** @type {HTMLInputElement} */ (query).focus();
    });
  }

  /** @param {number} page */
  async browse(page) {
    const query = { page, perPage: PER_PAGE, sort: this.sort.value, installationId: this.installation.value };
    await this.#load(
      () => getRepositories(query, this.context.signal),
      () => this.browse(page),
      (repositories) => {
        const links = pagesOf(repositories[0]?.link_header);
        const last = links.last ?? page;
        this.#showPages(page, last, links);
        if (repositories.length === 0) return 'No repositories here yet.';
        return last > 1
          ? `Page ${page} of ${last}`
          : counted(repositories.length, 'repository', 'repositories');
      },
    );
    this.part.clear.hidden = true;
    this.part.filters.hidden = false;
  }

  /** @param {string} query */
  async search(query) {
    await this.#load(
      () => searchRepositories({ query, perPage: MOST_FOUND }, this.context.signal),
      () => this.search(query),
      (repositories) => {
        this.part.pages.hidden = true;
        if (repositories.length === 0) return `Nothing found for “${query}”.`;
        return `${counted(repositories.length, 'repository', 'repositories')} found for “${query}”, most stars first`;
      },
    );
    this.part.clear.hidden = false;
    this.part.filters.hidden = true;
  }

  /** A personal access token has no installations, and GitHub says so with an error: then there is nothing to choose. */
  async offerInstallations() {
    const { signal } = this.context;
    const ids = await getInstallations(signal).catch(() => undefined);
    if (signal.aborted) return;
    const choices = ids?.map((id) => new Option(`Installation ${id}`, String(id))) ?? [unreadable()];
    this.installation.append(...choices);
    this.part['installation-filter'].hidden = choices.length === 0;
  }

  /**
   * @param {() => Promise<Repository[]>} request
   * @param {() => Promise<void>} again
   * @param {(repositories: Repository[]) => string} summarize
   */
  async #load(request, again, summarize) {
    const load = ++this.#loads;
    const { list, summary, notices, pages } = this.part;
    list.setAttribute('aria-busy', 'true');
    summary.textContent = 'Loading…';
    const ok = await this.context.attempt(
      notices,
      async () => {
        const repositories = await request().catch((error) => {
          if (load === this.#loads) throw error;
        });
        if (load !== this.#loads || !repositories) return;
        clear(notices);
        list.replaceChildren(...repositories.map(row));
        list.hidden = repositories.length === 0;
        summary.textContent = summarize(repositories);
      },
      { again: () => void again() },
    );
    if (load !== this.#loads) return;
    list.removeAttribute('aria-busy');
    if (ok) return;
    list.hidden = true;
    pages.hidden = true;
    summary.textContent = '';
  }

  /** @param {number} page @param {number} last @param {ReturnType<typeof pagesOf>} links */
  #showPages(page, last, links) {
    const { pages, previous, next, page: label } = this.part;
    pages.hidden = last === 1;
    label.textContent = `${page} of ${last}`;
    this.#lead(previous, links.prev);
    this.#lead(next, links.next);
  }

  /** @param {HTMLButtonElement} button @param {number | undefined} page */
  #lead(button, page) {
    button.disabled = page === undefined;
    button.onclick = async () => {
      await this.browse(page ?? 1);
      // The button may be switched off now; the person goes on at the head of the new page.
      this.part.summary.focus({ preventScroll: true });
      window.scrollTo({ top: 0 });
    };
  }
}

/** The list works without them, so that this is said in passing. */
function unreadable() {
  const option = new Option('Installations could not be loaded', '');
  option.disabled = true;
  return option;
}

/** @param {Repository} repository */
function row({ full_name, stargazers_count }) {
  const content = clone('repository');
  const part = slots(content);
  const [owner = '', name = ''] = full_name.split('/');
  monogram(part.monogram, owner);
  part.owner.textContent = `${owner}/`;
  part.name.textContent = name;
  part.stars.textContent = stars.format(stargazers_count);
  return content;
}

/** @param {number} count @param {string} one @param {string} many */
function counted(count, one, many) {
  return `${count} ${count === 1 ? one : many}`;
}

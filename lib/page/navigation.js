/** Shows one view at a time, chosen by the hash of the address, so that Back, Forward and a bookmark work. */
import { ApiError } from './api.js';
import { describe } from './failures.js';
import { clear, show } from './notices.js';
import { clone } from './templates.js';

/**
 * @typedef {object} View
 * @property {string} id its hash, and the first part of its template's id
 * @property {string} label in the menu and the window's title
 * @property {(root: HTMLElement, context: Context) => void} open fills the fresh copy of the template
 *
 * @typedef {object} Context what a view is given
 * @property {import('./session.js').Session} session
 * @property {import('./api.js').Configuration} configuration
 * @property {AbortSignal} signal aborted when the person goes to another view
 * @property {Attempt} attempt
 *
 * @callback Attempt runs a view's work, and tells the person in `place` when it fails
 * @param {HTMLElement} place
 * @param {() => Promise<void>} work
 * @param {{ again?: () => void, explain?: (error: ApiError) => { title: string, text: string } | undefined }} [options]
 *   `again`: what a "Try again" button does; `explain`: better words than the usual ones
 * @returns {Promise<boolean>} whether it succeeded
 */

export class Navigation {
  /** @type {View | undefined} */
  #current = undefined;
  #leaving = new AbortController();

  /**
   * @param {object} options
   * @param {import('./editions.js').Edition} options.edition
   * @param {import('./session.js').Session} options.session
   * @param {import('./api.js').Configuration} options.configuration
   * @param {{ root: HTMLElement, menu: HTMLElement, banner: HTMLElement }} options.places
   */
  constructor({ edition, session, configuration, places }) {
    this.edition = edition;
    this.session = session;
    this.configuration = configuration;
    this.places = places;
  }

  start() {
    window.addEventListener('hashchange', () => {
      clear(this.places.banner);
      this.#choose({ moveFocus: true });
    });
    this.session.addEventListener('change', () => this.#choose({ moveFocus: true }));
    this.#choose({ moveFocus: false });
  }

  /** @param {{ moveFocus: boolean }} options */
  #choose({ moveFocus }) {
    const { edition, session } = this;
    const gated = edition.gate !== undefined && !session.signedIn;
    const wanted = edition.views.find(({ id }) => window.location.hash === `#/${id}`) ?? edition.home;
    const view = (gated && edition.gate) || wanted;
    this.#showMenu(gated ? [] : edition.views, view);
    if (view === this.#current) return;
    this.#current = view;
    this.#open(view);
    if (moveFocus) document.getElementById('view-title')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  /** @param {View} view */
  #open(view) {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const { root } = this.places;
    document.title = `${view.label} · OpenHands server`;
    root.replaceChildren(clone(`${view.id}-view`));
    view.open(root, {
      session: this.session,
      configuration: this.configuration,
      signal: this.#leaving.signal,
      attempt: this.#attempt(this.#leaving.signal),
    });
  }

  /** @param {View[]} views @param {View} current */
  #showMenu(views, current) {
    const { menu } = this.places;
    menu.hidden = views.length === 0;
    menu.replaceChildren(
      ...views.map((view) => {
        const link = document.createElement('a');
        link.href = `#/${view.id}`;
        link.textContent = view.label;
        if (view === current) link.setAttribute('aria-current', 'page');
        return link;
      }),
    );
  }

  /** @param {AbortSignal} signal @returns {Attempt} */
  #attempt(signal) {
    return async (place, work, { again, explain } = {}) => {
      try {
        await work();
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (error instanceof ApiError && error.code === 'not_authenticated') {
          this.session.end();
          show(this.places.banner, {
            tone: 'warning',
            title: 'Your session is over',
            text: 'Sign in again to go on. Your settings are still here.',
          });
          return false;
        }
        const actions = [];
        if (error instanceof ApiError && error.status === 401 && !explain)
          actions.push(this.edition.renewal());
        if (again) actions.push({ label: 'Try again', run: again });
        const words = (error instanceof ApiError && explain?.(error)) || describe(error);
        show(place, { tone: 'failure', ...words, actions });
        return false;
      }
    };
  }
}

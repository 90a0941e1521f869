/** Shows one view at a time, chosen by the hash of the address, so that Back, Forward and a bookmark work. */
import { ApiError } from './api.js';
import { describe } from './failures.js';
import { clear, show } from './notices.js';
import { hashOf, routeOf } from './route.js';
import { clone } from './templates.js';

/**
 * @typedef {object} View
 * @property {string} id its hash, and the first part of its template's id
 * @property {string} label in the menu and the window's title
 * @property {(root: HTMLElement, context: Context) => Follow | void} open fills the fresh copy of the template
 *
 * @callback Follow shows what the address says now, while the view stays
 * @param {URLSearchParams} query
 * @returns {void}
 *
 * @typedef {object} Context what a view is given
 * @property {import('./session.js').Session} session
 * @property {import('./api.js').Configuration} configuration
 * @property {import('./drafts.js').Drafts} drafts
 * @property {URLSearchParams} query what the address says besides the view
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
  #query = '';
  /** @type {Follow | void} */
  #follow = undefined;
  #leaving = new AbortController();

  /**
   * @param {object} options
   * @param {import('./editions.js').Edition} options.edition
   * @param {import('./session.js').Session} options.session
   * @param {import('./drafts.js').Drafts} options.drafts
   * @param {import('./api.js').Configuration} options.configuration
   * @param {{ root: HTMLElement, menu: HTMLElement, banner: HTMLElement }} options.places
   */
  constructor({ edition, session, drafts, configuration, places }) {
    this.edition = edition;
    this.session = session;
    this.drafts = drafts;
    this.configuration = configuration;
    this.places = places;
  }

  start() {
    window.addEventListener('hashchange', () => {
      clear(this.places.banner);
      this.#choose({ moveFocus: true });
    });
    this.session.addEventListener('elsewhere', (event) =>
      this.#followOtherTab(/** @type {CustomEvent} */ (event).detail),
    );
    this.session.addEventListener('change', () => this.#choose({ moveFocus: true }));
    this.drafts.addEventListener('change', () => this.#choose({ moveFocus: false }));
    this.#choose({ moveFocus: false });
  }

  /** @param {{ moveFocus: boolean }} options */
  #choose({ moveFocus }) {
    const { edition, session } = this;
    const { id, query } = routeOf(window.location.hash);
    const gated = edition.gate !== undefined && !session.signedIn;
    const wanted = edition.views.find((view) => view.id === id) ?? edition.home;
    const view = (gated && edition.gate) || wanted;
    this.#showMenu(gated ? [] : edition.views, view);
    const before = this.#query;
    this.#query = String(query);
    if (view === this.#current) {
      if (before !== this.#query) this.#follow?.(query);
      return;
    }
    this.#current = view;
    this.#open(view, query);
    if (moveFocus) document.getElementById('view-title')?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  /** @param {View} view @param {URLSearchParams} query */
  #open(view, query) {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    const { root } = this.places;
    document.title = `${view.label} · OpenHands server`;
    root.replaceChildren(clone(`${view.id}-view`));
    this.#follow = view.open(root, {
      session: this.session,
      drafts: this.drafts,
      configuration: this.configuration,
      query,
      signal: this.#leaving.signal,
      attempt: this.#attempt(this.#leaving.signal),
    });
  }

  /** @param {View[]} views @param {View} current */
  #showMenu(views, current) {
    const { menu } = this.places;
    menu.hidden = views.length === 0;
    // The links stay while they are the same ones: one of them may have the focus.
    if (menu.childElementCount !== views.length) menu.replaceChildren(...views.map(linkTo));
    views.forEach((view, index) => {
      const link = menu.children[index];
      if (view === current) link?.setAttribute('aria-current', 'page');
      else link?.removeAttribute('aria-current');
      link?.querySelector('.unsaved-mark')?.remove();
      if (this.drafts.has(view.id)) link?.append(clone('unsaved-mark'));
    });
  }

  /**
   * What another tab has done is shown here, and nothing of somebody who is gone.
   *
   * @param {{ somebodyBefore: boolean }} detail
   */
  #followOtherTab({ somebodyBefore }) {
    const { edition, session } = this;
    // Only where people sign in do settings belong to one of them.
    const lost = edition.gate ? this.#forgetDrafts() : '';
    // The view of who is here follows the session by itself.
    if (this.#current !== edition.identity) this.#current = undefined;
    if (!somebodyBefore) return clear(this.places.banner);
    show(this.places.banner, {
      tone: 'warning',
      title: session.signedIn ? edition.elsewhere.other : edition.elsewhere.gone,
      text: `This was done in another tab. ${lost}`,
    });
  }

  /** @returns {string} what to tell the person about it; empty when there was nothing to forget */
  #forgetDrafts() {
    if (!this.drafts.any) return '';
    this.drafts.clear();
    return 'What you had entered and not saved is gone.';
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
          const lost = this.#forgetDrafts();
          this.session.end();
          show(this.places.banner, {
            tone: 'warning',
            title: 'Your session is over',
            text: `Sign in again to go on. What you have saved is still here. ${lost}`,
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

/** @param {View} view */
function linkTo({ id, label }) {
  const link = document.createElement('a');
  link.href = hashOf(id);
  link.textContent = label;
  return link;
}

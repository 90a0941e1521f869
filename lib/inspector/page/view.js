/** What is looked at; the address says it, so that it can be sent to somebody, loaded again and left by going back. */
import { readAddress, writeAddress } from './address.js';

/** @typedef {import('./address.js').View} View */

/**
 * Sends `change` when the address was changed by hand, or by going back or forward.
 *
 * What can be left by going back has an entry of its own in the history, which says so: it still does when it is loaded
 * again. To take that entry's view away by replacing it would make it equal to the one before, and going back do nothing.
 */
export class Viewed extends EventTarget {
  /** @type {View} */
  now = readAddress(location.hash);
  /**
   * What has changed while going back has not come to where it leads.
   *
   * @type {Parameters<Viewed['become']>[] | undefined}
   */
  #afterwards = undefined;

  constructor() {
    super();
    for (const moved of ['popstate', 'hashchange']) window.addEventListener(moved, () => this.#read());
  }

  /** @param {Partial<View>} changes @param {{ canGoBack?: boolean }} [how] */
  become(changes, { canGoBack = false } = {}) {
    this.now = { ...this.now, ...changes };
    const address = location.pathname + location.search + writeAddress(this.now);
    if (this.#afterwards !== undefined) this.#afterwards.push([changes, { canGoBack }]);
    else if (canGoBack) history.pushState({ canGoBack }, '', address);
    else history.replaceState(history.state, '', address);
  }

  /**
   * Takes away what {@link become} has shown so that one can go back from it, or a link, behind which there is nothing.
   *
   * @param {Partial<View>} changes
   */
  leave(changes) {
    if (history.state?.canGoBack !== true || this.#afterwards !== undefined) {
      this.become(changes);
      return;
    }
    this.now = { ...this.now, ...changes };
    this.#afterwards = [];
    history.back();
  }

  #read() {
    const shown = writeAddress(this.now);
    const afterwards = this.#afterwards ?? [];
    this.#afterwards = undefined;
    this.now = readAddress(location.hash);
    for (const change of afterwards) this.become(...change);
    if (writeAddress(this.now) !== shown) this.dispatchEvent(new Event('change'));
  }
}

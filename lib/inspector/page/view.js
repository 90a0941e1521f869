/** What is looked at; the address says it, so that it can be sent to somebody, loaded again and left by going back. */
import { readAddress, writeAddress } from './address.js';

/** @typedef {import('./address.js').View} View */

/** Sends `change` when the address was changed by hand, or by going back. */
export class Viewed extends EventTarget {
  /** @type {View} */
  now = readAddress(location.hash);

  constructor() {
    super();
    window.addEventListener('hashchange', () => {
      this.now = readAddress(location.hash);
      this.dispatchEvent(new Event('change'));
    });
  }

  /** @param {Partial<View>} changes @param {{ canGoBack?: boolean }} [how] */
  become(changes, { canGoBack = false } = {}) {
    this.now = { ...this.now, ...changes };
    const address = location.pathname + location.search + writeAddress(this.now);
    if (canGoBack) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }
}

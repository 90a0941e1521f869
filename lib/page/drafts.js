/** What a person has entered and not saved yet: kept in memory while they look at other views, and nowhere else. */

/** @typedef {import('./api.js').Settings} Settings */

/** Sends `change` when something is to be saved, or no longer. */
export class Drafts extends EventTarget {
  /** @type {Map<string, Settings>} */
  #byView = new Map();

  constructor() {
    super();
    window.addEventListener('beforeunload', (event) => {
      if (this.any) event.preventDefault();
    });
  }

  /** @param {string} view */
  has(view) {
    return this.#byView.has(view);
  }

  /** Whether there is anything at all to save. */
  get any() {
    return this.#byView.size > 0;
  }

  /** @param {string} view @returns {Settings} */
  of(view) {
    return this.#byView.get(view) ?? {};
  }

  /** @param {string} view @param {Settings} changes none of them: there is nothing to save */
  keep(view, changes) {
    const had = this.has(view);
    if (Object.keys(changes).length > 0) this.#byView.set(view, changes);
    else this.#byView.delete(view);
    if (had !== this.has(view)) this.dispatchEvent(new Event('change'));
  }

  /** Forgets all, as when the person is gone. */
  clear() {
    this.#byView.clear();
    this.dispatchEvent(new Event('change'));
  }
}

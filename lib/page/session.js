/** Who uses this page: whether anybody is known to the server, and as whom GitHub knows them. */
import { getProfile, isAuthenticated, logOut } from './api.js';

/** @typedef {import('./api.js').Profile} Profile */

/** Sends `change` whenever somebody comes, goes, or turns out to be somebody else. */
export class Session extends EventTarget {
  signedIn = false;
  /** GitHub has been asked for the profile, and has not answered yet. */
  pending = false;
  /** @type {Profile | undefined} */
  profile = undefined;
  /** GitHub does not answer, and the profile is what it said last time. */
  stale = false;
  /** Why there is no profile, although somebody is signed in. @type {unknown} */
  failure = undefined;
  /** Another object whenever somebody comes or goes, so that a late answer is told from one about who is here now. */
  #state = {};

  /** Asks the server again. Does not wait for GitHub, which may be slow: the profile comes with a later `change`. */
  async refresh() {
    const signedIn = await isAuthenticated();
    this.#become(signedIn);
    if (signedIn) void this.#learnProfile();
  }

  async #learnProfile() {
    const state = this.#state;
    try {
      const told = await getProfile();
      if (state === this.#state) Object.assign(this, told);
    } catch (error) {
      // The views can do their work without a profile, and tell their own failures.
      if (state === this.#state) this.failure = error;
    }
    if (state !== this.#state) return;
    this.pending = false;
    this.dispatchEvent(new Event('change'));
  }

  /** @param {{ everywhere?: boolean }} [options] */
  async signOut(options) {
    await logOut(options);
    this.end();
  }

  /** The server no longer knows this person. */
  end() {
    this.#become(false);
  }

  /** @param {boolean} signedIn */
  #become(signedIn) {
    this.#state = {};
    this.signedIn = signedIn;
    this.pending = signedIn;
    this.profile = undefined;
    this.stale = false;
    this.failure = undefined;
    this.dispatchEvent(new Event('change'));
  }
}

/** Who uses this page: whether anybody is known to the server, and as whom GitHub knows them. */
import { getProfile, isAuthenticated, logOut } from './api.js';

/** @typedef {import('./api.js').Profile} Profile */

/** Sends `change` whenever somebody comes, goes, or turns out to be somebody else. */
export class Session extends EventTarget {
  signedIn = false;
  /** @type {Profile | undefined} */
  profile = undefined;
  /** GitHub does not answer, and the profile is what it said last time. */
  stale = false;
  /** Why there is no profile, although somebody is signed in. @type {unknown} */
  failure = undefined;

  /** Asks the server again. */
  async refresh() {
    this.signedIn = await isAuthenticated();
    this.profile = undefined;
    this.stale = false;
    this.failure = undefined;
    if (this.signedIn) {
      try {
        Object.assign(this, await getProfile());
      } catch (error) {
        // The views can do their work without a profile, and tell their own failures.
        this.failure = error;
      }
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @param {{ everywhere?: boolean }} [options] */
  async signOut(options) {
    await logOut(options);
    this.end();
  }

  /** The server no longer knows this person. */
  end() {
    this.signedIn = false;
    this.profile = undefined;
    this.stale = false;
    this.failure = undefined;
    this.dispatchEvent(new Event('change'));
  }
}

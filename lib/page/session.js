/** Who uses this page: whether anybody is known to the server, and as whom GitHub knows them. */
import { at, getProfile, isAuthenticated, logOut } from './api.js';

/** @typedef {import('./api.js').Profile} Profile */

/**
 * Sends `change` whenever somebody comes, goes, or turns out to be somebody else; before it `elsewhere`, when that was
 * done in another tab, with `detail.somebodyBefore`.
 */
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
  /** The tabs of a browser share its cookie, so each says who is here. Under another path there is another server. */
  #tabs = new BroadcastChannel(`openhands-server ${at('.').pathname}`);

  constructor() {
    super();
    this.#tabs.addEventListener('message', ({ data }) => void this.#hear(data));
  }

  /** The id of who is here: null for nobody, undefined while it is not known. */
  get #who() {
    return this.signedIn ? this.profile?.id : null;
  }

  /** @param {number | null} who is here, as another tab has learned */
  async #hear(who) {
    const before = this.#who;
    // While this tab asks itself, it will learn who is here.
    if (who === before || (this.pending && who !== null)) return;
    const signedIn = await isAuthenticated().catch(() => undefined);
    // Without an answer, what the person does next tells them.
    if (signedIn === undefined) return;
    const isNews = before !== undefined && signedIn === (who !== null);
    this.#become(signedIn, isNews ? 'elsewhere' : undefined);
    if (signedIn) void this.#learnProfile();
  }

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
      if (state === this.#state) {
        Object.assign(this, told);
        this.#tabs.postMessage(this.#who);
      }
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

  /** @param {boolean} signedIn @param {'elsewhere'} [where] */
  #become(signedIn, where) {
    const somebodyBefore = this.signedIn;
    if (somebodyBefore && !signedIn) this.#tabs.postMessage(null);
    this.#state = {};
    this.signedIn = signedIn;
    this.pending = signedIn;
    this.profile = undefined;
    this.stale = false;
    this.failure = undefined;
    if (where) this.dispatchEvent(new CustomEvent(where, { detail: { somebodyBefore } }));
    this.dispatchEvent(new Event('change'));
  }
}

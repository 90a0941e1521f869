/** The requests as the server tells them, by server-sent events. */

/**
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {{ id: number, gone: true }} Gone
 *
 * @typedef {object} Change what is told of one request
 * @property {number} id
 * @property {Request | undefined} before
 * @property {Request | undefined} now undefined when it is no longer kept
 */

/** How long to wait before asking again where the browser does not, in milliseconds. */
const AGAIN = 3_000;

/**
 * Holds what the server keeps, and no more. Sends `change` with a list of {@link Change} as `detail`, `reset` when
 * everything is told afresh, `complete` when all that there was is told, and `connection` when it comes or goes.
 */
export class Live extends EventTarget {
  /** By id. @type {Map<number, Request>} */
  requests = new Map();
  /** @type {'connecting' | 'live' | 'lost'} */
  connection = 'connecting';
  /** Which process tells, or which server, where its processes tell of each other: ids are its own. */
  run = '';
  /** The process whose requests alone are told, where others answer as well. */
  processName = '';
  newest = 0;
  isComplete = false;
  #forgottenUpTo = 0;

  start() {
    const source = new EventSource(new URL('events', document.baseURI));
    source.addEventListener('open', () => {
      // Another process may answer now, one that shows those of all.
      this.processName = '';
      this.#become('live');
    });
    source.addEventListener('error', () => {
      this.#become('lost');
      // The browser tries again by itself when nobody answers, but not when a proxy answers for a server that is away.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), AGAIN);
    });
    source.addEventListener('process', ({ data }) => {
      this.processName = JSON.parse(data);
      this.#take([]);
    });
    source.addEventListener('all', ({ data, lastEventId }) => {
      this.#reset(lastEventId);
      this.#take(JSON.parse(data));
    });
    source.addEventListener('news', ({ data }) => this.#take(JSON.parse(data)));
    source.addEventListener('complete', () => {
      this.isComplete = true;
      this.dispatchEvent(new Event('complete'));
    });
  }

  /** Forgets what there is so far. */
  clear() {
    this.#forgottenUpTo = this.newest;
    this.requests.clear();
    this.dispatchEvent(new Event('reset'));
  }

  /** @param {string} run */
  #reset(run) {
    this.requests.clear();
    if (run !== this.run) this.#forgottenUpTo = 0;
    this.run = run;
    this.newest = 0;
    this.isComplete = false;
    this.dispatchEvent(new Event('reset'));
  }

  /** @param {(Request | Gone)[]} news */
  #take(news) {
    /** @type {Change[]} */
    const changes = [];
    for (const one of news) {
      const { id } = one;
      if (id <= this.#forgottenUpTo) continue;
      const before = this.requests.get(id);
      const now = 'gone' in one ? undefined : one;
      if (now === undefined) this.requests.delete(id);
      else this.requests.set(id, now);
      this.newest = Math.max(this.newest, id);
      if (before !== now) changes.push({ id, before, now });
    }
    this.dispatchEvent(new CustomEvent('change', { detail: changes }));
  }

  /** @param {Live['connection']} state */
  #become(state) {
    this.connection = state;
    this.dispatchEvent(new Event('connection'));
  }
}

/** The requests as the server tells them, by server-sent events. */

/**
 * @typedef {import('./wire.d.ts').Request} Request
 * @typedef {{ id: number, gone: true }} Gone
 */

/** As many as the server keeps by default. */
const KEEP = 200;
/** How long to wait before asking again where the browser does not, in milliseconds. */
const AGAIN = 3_000;

/**
 * Sends `change` when there is news, with the ids of what has changed as `detail`, and `connection` when it comes or
 * goes.
 */
export class Live extends EventTarget {
  /** By id. @type {Map<number, Request>} */
  requests = new Map();
  /** @type {'connecting' | 'live' | 'lost'} */
  connection = 'connecting';
  #forgottenUpTo = 0;

  start() {
    const source = new EventSource(new URL('events', import.meta.url));
    source.addEventListener('open', () => this.#become('live'));
    source.addEventListener('error', () => {
      this.#become('lost');
      // The browser tries again by itself when nobody answers, but not when a proxy answers for a server that is away.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.start(), AGAIN);
    });
    source.addEventListener('all', ({ data }) => {
      this.requests.clear();
      this.#take(JSON.parse(data));
    });
    source.addEventListener('news', ({ data }) => this.#take(JSON.parse(data)));
  }

  /** Forgets what there is so far. */
  clear() {
    this.#forgottenUpTo = Math.max(0, ...this.requests.keys());
    this.requests.clear();
    this.#tell([]);
  }

  /** @param {(Request | Gone)[]} news */
  #take(news) {
    const newest = Math.max(0, ...news.map(({ id }) => id));
    // A server that has been started anew counts from 1 again.
    if (news.length > 0 && newest < this.#forgottenUpTo && this.requests.size === 0) this.#forgottenUpTo = 0;
    for (const one of news) {
      if ('gone' in one) this.requests.delete(one.id);
      else if (one.id > this.#forgottenUpTo) this.requests.set(one.id, one);
    }
    const ids = [...this.requests.keys()].sort((a, b) => b - a);
    for (const id of ids.slice(KEEP)) this.requests.delete(id);
    this.#tell(news.map(({ id }) => id));
  }

  /** @param {Live['connection']} state */
  #become(state) {
    this.connection = state;
    this.dispatchEvent(new Event('connection'));
  }

  /** @param {number[]} ids */
  #tell(ids) {
    this.dispatchEvent(new CustomEvent('change', { detail: ids }));
  }
}

import type { FakeGitHub } from '../../../../lib/testing/index.ts';

/** Where a browser has come to. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** Where a user consents. */
export type Consent = Pick<FakeGitHub, 'authorize'>;

/** A browser of its own that goes through the pages of all servers, with the cookies of each, and consents at GitHub. */
export class RealBrowser {
  readonly #github: Consent;
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(github: Consent) {
    this.#github = github;
  }

  /**
   * Goes to an address, and on as far as it is sent.
   *
   * @param login - who continues at GitHub.
   * @param until - where to stop before going there.
   */
  async goTo(address: string, login = 'octocat', until: (url: URL) => boolean = () => false): Promise<Page> {
    let url = new URL(address);
    for (let hops = 0; hops < 20; hops += 1) {
      if (until(url)) return { url, status: 0, text: '' };
      if (url.pathname === '/login/oauth/authorize') {
        url = new URL(await this.#github.authorize(url.href, login));
        continue;
      }
      const response = await this.fetch(url.href);
      const location = response.headers.get('location');
      const text = await response.text();
      if (location === null) return { url, status: response.status, text };
      url = new URL(location, url);
    }
    throw new Error(`Sent to and fro, at last to ${url.origin}${url.pathname}`);
  }

  /** One request with the cookies of its server; redirects are not followed. */
  async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(address);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = new Headers(init.headers);
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(address, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isGone =
        value.join('=') === '' ||
        attributes.some((it) => /^\s*(max-age=0|expires=thu, 01.jan.1970)/i.test(it));
      if (isGone) jar.delete(name);
      else jar.set(name, value.join('='));
    }
    return response;
  }

  /** The cookies for a server, by name. */
  cookies(address: string): ReadonlyMap<string, string> {
    return this.#cookies.get(new URL(address).host) ?? new Map<string, string>();
  }
}

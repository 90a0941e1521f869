/** Where browsers find this server: the base of `redirect_uri`, and whether cookies travel over HTTPS. */
import type { Request } from 'express';

/** What the address is taken from; `req.state` is no part of it, so typed requests of a stack will do. */
export type AddressedRequest = Pick<Request, 'protocol' | 'host' | 'baseUrl' | 'secure'>;

/**
 * The address from `PUBLIC_URL`, or else from the request. Behind a proxy the request tells only what the proxy
 * asked for, unless `TRUST_PROXY` is set; that is what `PUBLIC_URL` is for.
 */
export class PublicAddress {
  readonly #configured: URL | undefined;

  /** @param publicUrl - `PUBLIC_URL`; its path, if any, is where a proxy has mounted this server. */
  constructor(publicUrl?: URL) {
    this.#configured = publicUrl;
  }

  /** Absolute, for others to send the browser to: `https://openhands.example/oauth/github/callback`. */
  url(req: AddressedRequest, path: `/${string}`): string {
    return `${this.#configured?.origin ?? `${req.protocol}://${req.host}`}${this.path(req, path)}`;
  }

  /** Relative to the host, with the prefix under which this server is mounted, if it is. */
  path(req: AddressedRequest, path: `/${string}`): string {
    const prefix = this.#configured ? this.#configured.pathname.replace(/\/+$/, '') : req.baseUrl;
    return `${prefix}${path}`;
  }

  isHttps(req: AddressedRequest): boolean {
    return this.#configured?.protocol === 'https:' || req.secure;
  }
}

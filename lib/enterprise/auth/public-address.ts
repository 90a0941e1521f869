/** Where browsers find this server: the base of `redirect_uri`, and whether cookies travel over HTTPS. */
import type { Request } from 'express';

/**
 * The address from `PUBLIC_URL`, or else from the request. Behind a proxy the request tells only what the proxy
 * asked for, unless `TRUST_PROXY` is set; that is what `PUBLIC_URL` is for.
 */
export class PublicAddress {
  readonly #configured: URL | undefined;

  /** @param publicUrl `PUBLIC_URL`; its path, if any, is where a proxy has mounted this server. */
  constructor(publicUrl?: URL) {
    this.#configured = publicUrl;
  }

  /** Absolute, for others to send the browser to: `https://openhands.example/oauth/github/callback`. */
  url(req: Request, path: `/${string}`): string {
    return `${this.#configured?.origin ?? `${req.protocol}://${req.host}`}${this.path(req, path)}`;
  }

  /** Relative to the host, with the prefix under which this server is mounted, if it is. */
  path(req: Request, path: `/${string}`): string {
    const prefix = this.#configured ? this.#configured.pathname.replace(/\/+$/, '') : req.baseUrl;
    return `${prefix}${path}`;
  }

  isHttps(req: Request): boolean {
    return this.#configured?.protocol === 'https:' || req.secure;
  }

  /**
   * Whether an `Origin` header names this server. A proxy may have ended TLS without telling us, so `https` is
   * right even if the request seems to have come over HTTP; `http` is wrong where this server is known to be on HTTPS.
   */
  isOwnOrigin(req: Request, origin: string): boolean {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (url?.protocol !== 'https:' && (url?.protocol !== 'http:' || this.isHttps(req))) return false;
    return url.host === this.#configured?.host || url.host === withoutDefaultPort(url.protocol, req.host);
  }
}

function withoutDefaultPort(protocol: string, host: string): string {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : host;
}

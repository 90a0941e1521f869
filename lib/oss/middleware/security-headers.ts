import helmet from 'helmet';
import { declarations, defineMiddleware } from '../../compose.ts';

export interface SecurityHeadersOptions {
  readonly contentSecurityPolicy: ContentSecurityPolicy;
}

/**
 * `'strict'`: the built-in page's, without inline scripts or styles and without a request to another origin.
 * `'framing'`: for a built client, which brings its own scripts; no other site may put it into a frame.
 * `'none'`: no page is served, and the pages of the host are the host's.
 */
export type ContentSecurityPolicy = 'strict' | 'framing' | 'none';

type Policy = NonNullable<Parameters<typeof helmet.contentSecurityPolicy>[0]>;

const STRICT: Policy = {
  useDefaults: false,
  directives: {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'manifest-src': ["'self'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
  },
};

const FRAMING: Policy = {
  useDefaults: false,
  directives: {
    // A built client has its own scripts, styles and hosts, which nobody here knows.
    'default-src': helmet.contentSecurityPolicy.dangerouslyDisableDefaultSrc,
    'frame-ancestors': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
  },
};

const POLICIES = { strict: STRICT, framing: FRAMING, none: false } as const;

/** Half a year, in seconds. */
const HSTS_MAX_AGE = 15_552_000;

/** Helmet, with a Content-Security-Policy that fits what is served, and `Strict-Transport-Security` over HTTPS only. */
export function securityHeaders({ contentSecurityPolicy }: SecurityHeadersOptions) {
  const options = {
    contentSecurityPolicy: POLICIES[contentSecurityPolicy],
    // Helmet's `no-referrer` makes browsers send `Origin: null` with a form of our own page.
    referrerPolicy: { policy: 'same-origin' },
  } as const;
  const overHttp = helmet({ ...options, strictTransportSecurity: false });
  const overHttps = helmet({
    ...options,
    strictTransportSecurity: { maxAge: HSTS_MAX_AGE, includeSubDomains: false },
  });
  return defineMiddleware({
    name: 'security-headers',
    headers: declarations.helmet.headers.filter(
      (header) => contentSecurityPolicy !== 'none' || header !== 'Content-Security-Policy',
    ),
    handle(req, res, next) {
      (req.secure ? overHttps : overHttp)(req, res, next);
    },
  });
}

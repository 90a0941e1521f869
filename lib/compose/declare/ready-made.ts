import type { Declaration } from './declaration.ts';
import type { ReadKey, RequestKey } from './keys.ts';

/** A declaration that touches no key of `req.state`, for {@link wrap}. */
type Ready = Declaration<ReadKey, RequestKey>;

/** What each middleware of passport puts on a request that lacks it. */
const OF_PASSPORT = [
  'req.login',
  'req.logIn',
  'req.logout',
  'req.logOut',
  'req.isAuthenticated',
  'req.isUnauthenticated',
] as const;

/**
 * What well-known middleware does by default, for `wrap`. For other options, spread the declaration and
 * change it: `wrap(cors(options), { ...declarations.cors, path: '/api' })`.
 */
export const declarations = {
  /** helmet 8. */
  helmet: {
    name: 'helmet',
    headers: [
      'Content-Security-Policy',
      'Cross-Origin-Opener-Policy',
      'Cross-Origin-Resource-Policy',
      'Origin-Agent-Cluster',
      'Referrer-Policy',
      'Strict-Transport-Security',
      'X-Content-Type-Options',
      'X-DNS-Prefetch-Control',
      'X-Download-Options',
      'X-Frame-Options',
      'X-Permitted-Cross-Domain-Policies',
      'X-XSS-Protection',
    ],
  },
  /** cors 2. It answers preflights itself, with 204. */
  cors: {
    name: 'cors',
    headers: [
      'Access-Control-Allow-Origin',
      'Access-Control-Allow-Credentials',
      'Access-Control-Allow-Methods',
      'Access-Control-Allow-Headers',
      'Access-Control-Expose-Headers',
      'Access-Control-Max-Age',
      'Vary',
    ],
    ends: [204],
  },
  /** cookie-parser 1. */
  cookieParser: { name: 'cookie-parser', writes: ['req.cookies', 'req.signedCookies'] },
  /** express-session 1. */
  expressSession: {
    name: 'express-session',
    after: ['cookie-parser?'],
    writes: ['req.session', 'req.sessionID'],
    headers: ['Set-Cookie'],
  },
  /** cookie-session 2. */
  cookieSession: {
    name: 'cookie-session',
    writes: ['req.session', 'req.sessionOptions'],
    headers: ['Set-Cookie'],
  },
  /** `passport.initialize()` of passport 0.7, which `passport.session()` no longer needs. */
  passportInitialize: { name: 'passport-initialize', updates: OF_PASSPORT },
  /** `passport.session()` of passport 0.7. */
  passportSession: {
    name: 'passport-session',
    reads: ['req.session'],
    updates: ['req.user', ...OF_PASSPORT],
  },
  /** `passport.authenticate(…)` of passport 0.7. What else it ends with, or sets, is up to the strategy. */
  passportAuthenticate: {
    name: 'passport-authenticate',
    updates: ['req.session', 'req.sessionID', 'req.user', 'req.authInfo', ...OF_PASSPORT],
    ends: [302, 401],
  },
  /** connect-flash 0.1. */
  connectFlash: { name: 'connect-flash', reads: ['req.session'], updates: ['req.flash'] },
  /** method-override 3, with its default, a header. */
  methodOverride: {
    name: 'method-override',
    updates: ['req.method', 'req.originalMethod'],
    headers: ['Vary'],
  },
  /** The protection of csrf-csrf 4. It keeps its token in a cookie, and exempts requests by their method. */
  csrfCsrf: {
    name: 'csrf-csrf',
    reads: ['req.cookies', 'req.session?', 'req.method?'],
    writes: ['req.csrfToken'],
    fails: [403],
  },
  /** `lusca(…)` of lusca 1 with all its headers. Its option `csrf` does what `lusca.csrf()` does as well. */
  lusca: {
    name: 'lusca',
    headers: [
      'Content-Security-Policy',
      'P3P',
      'Referrer-Policy',
      'Strict-Transport-Security',
      'X-Content-Type-Options',
      'X-Frame-Options',
      'X-XSS-Protection',
    ],
  },
  /** `lusca.csrf()` of lusca 1. It keeps its secret in the session, and finds the token in the body or a header. */
  luscaCsrf: {
    name: 'lusca-csrf',
    reads: ['req.session', 'req.body?', 'req.method?'],
    writes: ['req.csrfToken', 'res.locals._csrf'],
    fails: [403],
  },
  /**
   * The chains of express-validator 7, such as `body('mail').isEmail()`. Those that sanitize rewrite bodies and cookies;
   * `req.query` they do not change in Express 5, which makes that anew at each read.
   */
  expressValidator: { name: 'express-validator', updates: ['req.body', 'req.cookies'] },
  /**
   * express-openapi-validator 5, whose handlers are a list:
   * `wrap(express.Router().use(OpenApiValidator.middleware({ apiSpec })), declarations.expressOpenapiValidator)`.
   */
  expressOpenapiValidator: {
    name: 'express-openapi-validator',
    writes: ['req.openapi'],
    updates: ['req.body', 'req.files'],
    fails: [400, 401, 403, 404, 405, 415],
  },
  /**
   * http-proxy-middleware 3 and 4. It answers with what its target does, for which 200 stands here; with 502 where that
   * is no HTTP, and with 504 where the target is away. A body that was read before it is lost to the target.
   */
  httpProxyMiddleware: { name: 'http-proxy-middleware', ends: [200, 502, 504] },
  /** `handle(i18next)` of i18next-http-middleware 3, with its language detector. */
  i18nextHttpMiddleware: {
    name: 'i18next-http-middleware',
    reads: ['req.session?', 'req.cookies?'],
    writes: [
      'req.i18n',
      'req.i18nextLookupName',
      'req.language',
      'req.languages',
      'req.lng',
      'req.locale',
      'req.resolvedLanguage',
      'req.t',
      'res.locals.exists',
      'res.locals.i18n',
      'res.locals.language',
      'res.locals.languageDir',
      'res.locals.resolvedLanguage',
      'res.locals.t',
    ],
    headers: ['Content-Language'],
  },
  /** hpp 0.2. It does not change `req.query` in Express 5, which makes that anew at each read. */
  hpp: { name: 'hpp', updates: ['req.body', 'req.bodyPolluted', 'req.queryPolluted'] },
  /** `upload.single()`, `array()`, `fields()`, `any()` and `none()` of multer 2. Its errors have no status, so they are 500. */
  multer: {
    name: 'multer',
    writes: ['req.file', 'req.files'],
    updates: ['req.body'],
    fails: [500],
  },
  /** morgan 1. */
  morgan: { name: 'morgan' },
  /** pino-http 11. */
  pinoHttp: { name: 'pino-http', updates: ['req.id', 'req.log', 'req.allLogs'] },
  /** response-time 2. */
  responseTime: { name: 'response-time', headers: ['X-Response-Time'] },
  /** serve-favicon 2. The headers of the icon are not listed. */
  serveFavicon: { name: 'serve-favicon', ends: [200, 304, 405] },
  /** express-slow-down 3. */
  expressSlowDown: { name: 'express-slow-down', updates: ['req.slowDown'] },
  /** `express.json`. */
  expressJson: { name: 'express-json', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.urlencoded`. */
  expressUrlencoded: { name: 'express-urlencoded', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.raw`. */
  expressRaw: { name: 'express-raw', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.text`. */
  expressText: { name: 'express-text', updates: ['req.body'], fails: [400, 413, 415] },
  /** `express.static`. It answers what is a file, and lets all else pass as it is. The headers of a file are not listed. */
  expressStatic: { name: 'express-static', ends: [200, 206, 301, 304], fails: [412, 416] },
  /** express-rate-limit 8. */
  expressRateLimit: {
    name: 'express-rate-limit',
    updates: ['req.rateLimit'],
    headers: [
      'RateLimit',
      'RateLimit-Limit',
      'RateLimit-Policy',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'X-RateLimit-Limit',
      'X-RateLimit-Remaining',
      'X-RateLimit-Reset',
    ],
    ends: [429],
  },
  /** compression 1. It must run before all that it compresses, and sets its headers when the first byte is written. */
  compression: { name: 'compression', headers: ['Content-Encoding', 'Vary'] },
} as const satisfies Record<string, Ready>;

import type { declarations } from '../../compose/declare/ready-made.ts';
import type { LearnedMember } from '../trace.ts';
import type { Observed } from './observed.ts';

/** The name of a ready declaration, as `'helmet'`. */
export type ReadyName = keyof typeof declarations;

/** By package, and by the function that its factory makes. */
const READY: Readonly<
  Record<string, ReadyName | ((name: string, observed: Observed) => ReadyName | undefined)>
> = {
  helmet: 'helmet',
  cors: 'cors',
  compression: 'compression',
  'cookie-parser': 'cookieParser',
  'express-session': 'expressSession',
  'cookie-session': 'cookieSession',
  passport: ofPassport,
  'connect-flash': 'connectFlash',
  'method-override': 'methodOverride',
  'csrf-csrf': 'csrfCsrf',
  hpp: 'hpp',
  multer: 'multer',
  morgan: 'morgan',
  'pino-http': 'pinoHttp',
  'response-time': 'responseTime',
  'serve-favicon': 'serveFavicon',
  // express-slow-down is made of it.
  'express-rate-limit': (_name, { keys }) =>
    keys.has('req.slowDown') ? 'expressSlowDown' : 'expressRateLimit',
  'body-parser': (name) => PARSERS[name],
  'serve-static': 'expressStatic',
};

const PARSERS: Readonly<Record<string, ReadyName>> = {
  jsonParser: 'expressJson',
  urlencodedParser: 'expressUrlencoded',
  rawParser: 'expressRaw',
  textParser: 'expressText',
};

/** The names of what those packages make. Whatever else they have, as an error handler, is not what is declared. */
const MADE =
  /^(?:helmetMiddleware|corsMiddleware|compression|cookieParser|session|_cookieSession|initialize|authenticate|methodOverride|doubleCsrfProtection|hpp|multerMiddleware|logger|result|responseTime|favicon|\w+Parser|serveStatic|)$/;

/**
 * The ready declaration of a member: by the package in which its function was written, by the name of the function, and
 * where that is not enough by what it did.
 */
export function readyFor(member: LearnedMember, observed: Observed): ReadyName | undefined {
  const { kind, name, package: written = '' } = member;
  if (kind !== 'use' || !MADE.test(name) || !Object.hasOwn(READY, written)) return undefined;
  const ready = READY[written];
  return typeof ready === 'function' ? ready(name, observed) : ready;
}

/** `passport.session()` is an `authenticate` that reads the session of each request, and lets each pass. */
function ofPassport(name: string, { requests, keys, ends, fails }: Observed): ReadyName | undefined {
  if (name === 'initialize') return 'passportInitialize';
  if (name !== 'authenticate') return undefined;
  const isSession = keys.get('req.session')?.reads === requests && ends.size + fails.size === 0;
  return isSession ? 'passportSession' : 'passportAuthenticate';
}

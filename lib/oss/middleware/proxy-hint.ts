import type { Logger } from 'pino';
import { defineMiddleware } from '../../compose.ts';

/** Says once, in the log, that a proxy seems to be in front which this server was not told to trust. */
export function proxyHint({ log }: { readonly log: Logger }) {
  let isSaid = false;
  return defineMiddleware({
    name: 'proxy-hint',
    handle(req, _res, next) {
      if (!isSaid && req.headers['x-forwarded-for'] !== undefined && !req.app.get('trust proxy')) {
        isSaid = true;
        log.warn(
          'A request has X-Forwarded-For, but TRUST_PROXY is off: if a proxy is in front, all its clients count as one address. Set TRUST_PROXY to how many proxies there are, or to their addresses',
        );
      }
      next();
    },
  });
}

import type { Request } from 'express';
import type { Logger } from 'pino';
import { defineMiddleware } from '../../compose.ts';

export interface RequestLogOptions {
  readonly log: Logger;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Query parameters that may be logged. Of all others, such as `code` and `state`, only the names are. */
const HARMLESS = new Set(['page', 'per_page', 'sort', 'order', 'installation_id']);

/**
 * Logs every request once, when its response has ended, but for health checks. Headers and bodies, which hold secrets, are not logged.
 */
export function requestLog({ log, now }: RequestLogOptions) {
  return defineMiddleware({
    name: 'request-log',
    reads: ['request_id'],
    handle(req, res, next) {
      const { request_id } = req.state;
      const startedAt = now();
      if (isHealthCheck(req)) {
        next();
        return;
      }
      // 'close' comes after 'finish', and also when the client went away before the answer was complete.
      res.once('close', () => {
        // Of an outage, the error itself has a line a minute, and not two for every request.
        const level = res.statusCode === 503 ? 'debug' : res.statusCode >= 500 ? 'error' : 'info';
        if (!log.isLevelEnabled(level)) return;
        const line = {
          request_id,
          method: req.method,
          url: withoutValues(req.originalUrl),
          status: res.statusCode,
          duration_ms: now() - startedAt,
          ...(!res.writableFinished && { aborted: true }),
        };
        log[level](line, 'request');
      });
      next();
    },
  });
}

/** Load balancers ask every few seconds, and say themselves what came of it. */
function isHealthCheck({ method, path }: Pick<Request, 'method' | 'path'>): boolean {
  return (method === 'GET' || method === 'HEAD') && /^\/(alive|health|ready)\/?$/i.test(path);
}

/** What a name of a parameter looks like, and no secret does: a few letters. */
const NAME = /^[a-z][a-z_-]{0,23}$/i;
/** GitHub's tokens, wherever somebody has put one by mistake. */
const TOKEN = /gh[a-z]_\w+|github_pat_\w+/gi;

/**
 * A URL with the values of its query parameters replaced by `*`, but for those known to be harmless; a token or code
 * that stands where a name belongs is replaced as well.
 */
export function withoutValues(url: string): string {
  const start = url.indexOf('?');
  const path = (start === -1 ? url : url.slice(0, start)).replace(TOKEN, '*');
  if (start === -1) return path;
  const parameters = url
    .slice(start + 1)
    .split('&')
    .map((parameter) => {
      const [name = ''] = parameter.split('=', 1);
      if (HARMLESS.has(name)) return parameter.replace(TOKEN, '*');
      const shown = name === '' || (NAME.test(name) && name.replace(TOKEN, '') === name) ? name : '*';
      return name === parameter ? shown : `${shown}=*`;
    });
  return `${path}?${parameters.join('&')}`;
}

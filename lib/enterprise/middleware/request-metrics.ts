import type { Request } from 'express';
import { defineMiddleware } from '../../compose.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';

/** Counts every request, its duration, and the conflicts that the stack has settled during it. */
export function requestMetrics({ metrics }: { readonly metrics: ServerMetrics }) {
  return defineMiddleware({
    name: 'request-metrics',
    before: ['request-id'],
    handle(req, res, next) {
      const start = performance.now();
      metrics.requestStarted();
      res.once('close', () => {
        metrics.requestEnded({
          method: req.method,
          route: routeOf(req),
          status: res.writableFinished ? res.statusCode : 'aborted',
          seconds: (performance.now() - start) / 1000,
        });
        for (const conflict of req.stack.conflicts) metrics.conflictSettled(conflict);
      });
      next();
    },
  });
}

function routeOf(req: Pick<Request, 'route'>): string {
  const { path } = (req.route ?? {}) as { path?: unknown };
  return typeof path === 'string' ? path : 'none';
}

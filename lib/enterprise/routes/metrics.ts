import { type Request, Router } from 'express';
import { Registry } from 'prom-client';
import { type DeclaredRoutes, defineRoutes } from '../../compose.ts';
import { isDirectLoopback } from '../../loopback.ts';
import { HttpError } from '../../oss/errors.ts';
import { resource } from '../../oss/routes/resource.ts';
import { Secret } from '../../oss/secret.ts';

export interface MetricsRoutesOptions {
  /** Tells the metrics in the text format of Prometheus. */
  readonly metrics: () => Promise<string>;
  /** `METRICS_TOKEN`; without it only this machine may look. */
  readonly token: Secret | undefined;
  /** Whether `PUBLIC_URL` tells of a proxy in front: then the loopback address is the proxy's, and proves nothing. */
  readonly behindProxy: boolean;
}

/** `GET /internal/metrics`: Prometheus text, for this machine and for those who have the token. */
export function metricsRoutes({ metrics, token, behindProxy }: MetricsRoutesOptions): DeclaredRoutes {
  const router = Router();
  resource(router, '/internal/metrics', {
    get: async (req, res) => {
      if (!holdsToken(req, token) && (behindProxy || !isDirectLoopback(req))) throw refusal(token);
      res.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await metrics());
    },
  });
  return defineRoutes({ name: 'metrics', router });
}

function refusal(token: Secret | undefined): HttpError {
  return token === undefined
    ? new HttpError(
        403,
        'forbidden',
        'Metrics are for this machine only. Set METRICS_TOKEN to read them from elsewhere.',
      )
    : new HttpError(401, 'invalid_metrics_token', 'Metrics need the bearer token METRICS_TOKEN.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
}

function holdsToken(req: Request, token: Secret | undefined): boolean {
  const given = /^Bearer +(\S+)$/i.exec(req.get('Authorization') ?? '')?.[1];
  return token !== undefined && given !== undefined && token.equals(new Secret(given));
}

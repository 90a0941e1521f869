import { isIP } from 'node:net';

import { Router, type Request } from 'express';
import type { Registry } from 'prom-client';

import { HttpError } from '../../oss/errors.ts';
import { Secret } from '../../oss/secret.ts';

export interface MetricsRoutesOptions {
  readonly registry: Registry;
  /** `METRICS_TOKEN`; without it only this machine may look. */
  readonly token: Secret | undefined;
  /** Whether `PUBLIC_URL` tells of a proxy in front: then the loopback address is the proxy's, and proves nothing. */
  readonly behindProxy: boolean;
}

/** What a proxy adds, so that a request with one of these came through one, whether or not we were told of it. */
const PROXY_HEADERS = [
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Real-IP',
  'Via',
];

/** `GET /internal/metrics`: Prometheus text, for this machine or for whoever has the token. */
export function metricsRoutes({ registry, token, behindProxy }: MetricsRoutesOptions): Router {
  const router = Router();
  router.get('/internal/metrics', async (req, res) => {
    if (!holdsToken(req, token) && (behindProxy || !isDirectFromThisMachine(req))) {
      throw token === undefined
        ? new HttpError(
            403,
            'forbidden',
            'Metrics are for this machine only. Set METRICS_TOKEN to read them from elsewhere.',
          )
        : new HttpError(401, 'invalid_metrics_token', 'Metrics need the bearer token METRICS_TOKEN.', {
            headers: { 'WWW-Authenticate': 'Bearer' },
          });
    }
    res.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

function holdsToken(req: Request, token: Secret | undefined): boolean {
  const given = /^Bearer +(\S+)$/i.exec(req.get('Authorization') ?? '')?.[1];
  return token !== undefined && given !== undefined && token.equals(new Secret(given));
}

function isDirectFromThisMachine(req: Request): boolean {
  // The socket's address, which nobody can choose, and not `req.ip`, which a header can. A `Host` of another name
  // is a proxy as well, or a web page whose own name has been made to point here (DNS rebinding).
  return (
    !req.app.get('trust proxy') &&
    isLoopback(req.socket.remoteAddress ?? '') &&
    isLoopbackName(req.headers.host ?? '') &&
    !PROXY_HEADERS.some((name) => req.get(name) !== undefined)
  );
}

function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function isLoopbackName(host: string): boolean {
  const { hostname } = URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : { hostname: '' };
  return hostname === 'localhost' || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

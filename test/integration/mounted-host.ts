/** The app of somebody who has had all of it before an edition comes in: assets, parsers, sessions, routers. */
import { randomUUID } from 'node:crypto';
import express, { type Express, type RequestHandler, Router } from 'express';

/** How an edition is taken in. */
export type Way = (host: Express, edition: RequestHandler) => void;

export const WAYS: Readonly<Record<string, Way>> = {
  'app.use': (host, edition) => {
    host.use(edition);
  },
  'a router': (host, edition) => {
    host.use(Router().use(edition));
  },
  'a router in a router': (host, edition) => {
    host.use(Router().use(Router().use(edition)));
  },
  'a function': (host, edition) => {
    host.use((req, res, next) => edition(req, res, next));
  },
};

/** @param way - how the edition is taken in, in front of all routes; without an edition the host is alone. */
export function hostWith(edition?: RequestHandler, way: Way = WAYS['app.use']!): Express {
  const host = express();
  host.set('trust proxy', 1);
  host.use((req, res, next) => {
    const name = /visit=([\w-]+)/.exec(req.headers.cookie ?? '')?.[1] ?? randomUUID();
    res.locals.visit = name;
    res.cookie('visit', name);
    next();
  });
  if (edition !== undefined) way(host, edition);

  const assets = Router();
  assets.get('/app.css', (_req, res) => {
    res.set('Cache-Control', 'public, max-age=60').type('css').send('body {}');
  });
  host.use('/assets', assets);
  host.use(express.json({ limit: '1mb' }), express.text(), express.urlencoded());
  host.get('/page', (_req, res) => res.send('the page of the host'));
  host.get('/api/mine', (_req, res) => res.json({ visit: res.locals.visit as string }));
  host.post(['/mine', '/api/mine'], (req, res) => res.json({ body: req.body as unknown }));
  host.get(['/who', '/api/who'], (req, res) => {
    res.json({
      ip: req.ip,
      secure: req.secure,
      protocol: req.protocol,
      host: req.host,
      mine: req.app === host && res.app === host,
    });
  });
  return host;
}

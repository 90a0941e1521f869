/** An app that uses most of what Express adds to requests and responses, and the requests that ask for it. */
import { IncomingMessage, ServerResponse } from 'node:http';
import type express from 'express';
import type { Express, Request, RequestHandler } from 'express';
import type { Asked } from './answer-of.ts';

/** Without a file, so that nothing but the app decides what is rendered. */
class MemoryView {
  readonly path = 'memory';
  render(options: Readonly<Record<string, unknown>>, done: (error: null, text: string) => void): void {
    done(null, `rendered for ${String(options.name)}`);
  }
}

/** Answers with what holds of every request and response that Express has prepared for an app. */
function facts(app: Express): RequestHandler {
  return (req, res) => {
    res.json({
      level: (req as Request & { level?: string }).level,
      app: req.app === app && res.app === app,
      each_other: req.res === res && res.req === req,
      prototypes: Object.getPrototypeOf(req) === app.request && Object.getPrototypeOf(res) === app.response,
      classes: req instanceof IncomingMessage && res instanceof ServerResponse,
      locals: Object.getPrototypeOf(res.locals) === null,
      paths: [req.url, req.originalUrl, req.baseUrl, req.path],
    });
  };
}

function subApp(make: typeof express): Express {
  const app = make().set('json spaces', 1).set('etag', 'strong').set('trust proxy', true);
  Object.defineProperty(app.request, 'level', { get: () => 'sub-app' });
  app.get('/facts', facts(app));
  app.get('/settings', (req, res) => {
    res.json([req.app.get('etag'), req.app.get('json spaces'), req.app.get('query parser'), req.ip]);
  });
  app.get('/throw', () => {
    throw Object.assign(new Error('of the sub-app'), { status: 409 });
  });
  return app;
}

export function appOfEverything(make: typeof express): Express {
  const app = make().set('env', 'test').set('query parser', 'extended').set('subdomain offset', 1);
  app.set('view', MemoryView).set('view engine', 'memory');
  Object.defineProperty(app.request, 'level', { get: () => 'app' });
  app.get('/facts', facts(app));
  app.use('/sub', subApp(make), (req, res, next) => {
    res.locals.behind = req.app === app && Object.getPrototypeOf(req) === app.request;
    next();
  });
  app.get('/sub/behind', (_req, res) => void res.json(res.locals));
  app.get('/read', (req, res) => {
    const { query, hostname, subdomains, protocol, secure, xhr, ip, fresh } = req;
    const asked = [req.get('referrer'), req.accepts(['json', 'html']), req.range(10), req.is('json')];
    res.json({ query, hostname, subdomains, protocol, secure, xhr, ip, fresh, asked });
  });
  app.get('/send', (_req, res) => void res.status(201).vary('Origin').send('<p>sent</p>'));
  app.get('/file', (_req, res) => res.sendFile(import.meta.filename));
  app.get('/download', (_req, res) => res.download(import.meta.filename, 'other.ts'));
  app.get('/cookie', (_req, res) => res.cookie('a', { b: 1 }).clearCookie('c').redirect('/send'));
  app.get('/format', (_req, res) => {
    res.format({ text: () => res.send('text'), json: () => res.json('json') });
  });
  app.get('/render', (_req, res) => res.links({ next: '/x' }).render('page', { name: 'somebody' }));
  app.get('/route', (_req, _res, next) => next('route'));
  app.get('/route', (_req, res) => void res.sendStatus(202));
  app.use('/router/:group', routerOf(make));
  app.post('/body', make.json(), (req, res) => void res.json(req.body));
  app.get('/throw', () => {
    throw new Error('of the app');
  });
  app.use('/plain', (_req, res) => {
    res.writeHead(203, { 'x-plain': 'yes' });
    res.end('plain');
  });
  return app;
}

function routerOf(make: typeof express): RequestHandler {
  const router = make.Router({ mergeParams: true });
  router.param('id', (req, _res, next, id) => {
    req.params.seen = String(id);
    next();
  });
  router.get('/:id', (req, res) => void res.json([req.params, req.baseUrl]));
  router.use((_req, _res, next) => next('router'));
  return router;
}

export const REQUESTS: readonly Asked[] = [
  { path: '/facts' },
  { path: '/sub/facts' },
  { path: '/sub/settings', headers: { 'x-forwarded-for': '203.0.113.7' } },
  { path: '/sub/throw' },
  { path: '/sub/behind' },
  {
    path: '/read?a[b]=c&d=1',
    headers: { host: 'a.b.test', referer: '/r', accept: 'text/html', range: 'bytes=0-4' },
  },
  { path: '/read', headers: { 'x-requested-with': 'XMLHttpRequest' } },
  { path: '/send' },
  { path: '/send', method: 'HEAD' },
  { path: '/send', method: 'OPTIONS' },
  { path: '/file' },
  { path: '/file', headers: { range: 'bytes=0-9' } },
  { path: '/file', headers: { 'if-modified-since': new Date(8e14).toUTCString() } },
  { path: '/download' },
  { path: '/cookie' },
  { path: '/format', headers: { accept: 'application/json' } },
  { path: '/format', headers: { accept: 'image/png' } },
  { path: '/render' },
  { path: '/route' },
  { path: '/router/g/7' },
  { path: '/router/g/' },
  { path: '/body', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
  { path: '/body', method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' },
  { path: '/throw' },
  { path: '/plain/anything' },
  { path: '/nowhere' },
  { path: '/%' },
];

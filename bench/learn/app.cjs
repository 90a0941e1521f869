/** An ordinary app: what most have in front of their routes, two routers, and the ends for what is not found and for errors. */
const compression = require('compression');
const cookieParser = require('cookie-parser');
const cors = require('cors');
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const session = require('express-session');
const helmet = require('helmet');
const passport = require('passport');

/** An app with its own users and items, as the test of each feature makes it. */
exports.createApp = () => {
  const app = express();
  const items = [{ id: '1', name: 'one' }];
  app.use(helmet(), cors(), compression());
  app.use('/static', express.static('bench/learn'));
  app.use(rateLimit({ limit: 1e9, legacyHeaders: false }));
  app.use(express.json(), express.urlencoded({ extended: false }), cookieParser('secret'));
  app.use(session({ secret: 'secret', resave: false, saveUninitialized: false }));
  app.use(passport.initialize(), passport.session());
  app.use(function requestId(req, res, next) {
    req.id = req.get('x-request-id') ?? '1';
    res.set('x-request-id', req.id);
    next();
  });
  app.use(function locals(req, res, next) {
    res.locals.user = req.user;
    res.locals.path = req.path;
    next();
  });
  app.use('/users', usersRouter());
  app.use('/items', itemsRouter(items));
  app.use(function notFound(_req, res) {
    res.status(404).json({ error: 'not found' });
  });
  app.use(function onError(error, _req, res, next) {
    if (res.headersSent) next(error);
    else res.status(error.status ?? 500).json({ error: error.message });
  });
  return app;
};

function usersRouter() {
  const router = express.Router();
  router.post('/login', (req, res) => {
    req.session.user = req.body.name;
    res.json({ name: req.session.user });
  });
  router.get('/me', isSignedIn, (req, res) => res.json({ name: req.session.user }));
  return router;
}

function itemsRouter(items) {
  const router = express.Router();
  router.get('/', (_req, res) => res.json(items));
  router.get('/:id', async (req, res) => {
    const item = await Promise.resolve(items.find(({ id }) => id === req.params.id));
    if (item === undefined) throw Object.assign(new Error('no such item'), { status: 404 });
    res.json(item);
  });
  router.post('/', (req, res) => {
    items.push({ id: String(items.length + 1), name: req.body.name });
    res.status(201).json(items.at(-1));
  });
  return router;
}

function isSignedIn(req, res, next) {
  if (req.session.user === undefined) res.sendStatus(401);
  else next();
}

const { EventEmitter } = require('node:events');
const cors = require('cors');
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const { files } = require('./files.js');
const { orders } = require('./orders.js');
const { optionalUser, sanitizeBody } = require('./requests.js');
const { webhooks } = require('./webhooks.js');

/** The API of a shop: orders, receipts as files, and webhooks of the payment service. */
function makeApp({ perMinute = 100 } = {}) {
  const app = express();
  app.locals.events = new EventEmitter();

  app.use(rateLimit({ limit: perMinute, windowMs: 60_000, standardHeaders: true, legacyHeaders: false }));
  app.use(sanitizeBody);
  app.use(express.json({ limit: '10kb' }));
  app.use(cors({ origin: 'https://shop.example' }));
  app.use(optionalUser);

  app.get('/status', (_req, res) => {
    res.set('Access-Control-Allow-Origin', '*').json({ up: true });
  });
  app.use('/orders', orders());
  app.use('/files', files());
  app.use('/webhooks', webhooks());

  app.use(notFound);
  app.use(onError);
  return app;
}

function notFound(_req, res) {
  res.status(404).json({ error: 'Not found' });
}

function onError(error, _req, res, next) {
  if (res.headersSent) {
    next(error);
    return;
  }
  const status = error.code === 'LIMIT_FILE_SIZE' ? 413 : (error.status ?? 500);
  res.status(status).json({ error: error.message });
}

module.exports = { makeApp };

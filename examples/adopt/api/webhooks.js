const { createHmac, timingSafeEqual } = require('node:crypto');
const express = require('express');

const SECRET = 'whsec_test';

/** What the payment service tells us, each signed. */
function webhooks() {
  const router = express.Router();
  router.post('/payments', express.raw({ type: 'application/json' }), (req, res) => {
    const payload = Buffer.isBuffer(req.body) ? req.body : JSON.stringify(req.body);
    if (!isSigned(payload, req.get('X-Signature'))) return res.sendStatus(401);
    const { type, order } = JSON.parse(payload);
    const { events } = req.app.locals;
    switch (type) {
      case 'paid':
        events.emit('paid', order);
        return res.sendStatus(204);
      case 'refunded':
        return events.emit('refunded', order);
      default:
        return res.sendStatus(204);
    }
  });
  return router;
}

function sign(payload) {
  return createHmac('sha256', SECRET).update(payload).digest('hex');
}

function isSigned(payload, signature = '') {
  const expected = sign(payload);
  return signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}

module.exports = { sign, webhooks };

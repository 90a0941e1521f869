const { once } = require('node:events');
const request = require('supertest');
const { makeApp } = require('./app.js');
const { sign } = require('./webhooks.js');

describe('The API', () => {
  let app;
  let server;
  let api;

  beforeEach(async () => {
    app = makeApp();
    server = app.listen(0);
    await once(server, 'listening');
    api = request(server);
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const asAda = { Authorization: 'Bearer ada-token' };

  it('is up', async () => {
    await api.get('/status').expect(200, { up: true }).expect('Access-Control-Allow-Origin', '*');
    await api.get('/none').expect(404);
  });

  it('lets the shop in', async () => {
    const preflight = api.options('/orders').set('Origin', 'https://shop.example');
    await preflight
      .set('Access-Control-Request-Method', 'POST')
      .expect(204)
      .expect('Access-Control-Allow-Origin', 'https://shop.example');
  });

  it('lists orders by the page', async () => {
    expect((await api.get('/orders').set(asAda)).body).toHaveLength(2);
    expect((await api.get('/orders?page=2').set(asAda)).body).toHaveLength(1);
    expect((await api.get('/orders?status=sent').set(asAda)).body).toHaveLength(1);
    await api.get('/orders/1').set(asAda).expect(200);
    await api.get('/orders/9').set(asAda).expect(404);
  });

  it('takes orders of those it knows', async () => {
    await api.post('/orders').send({ book: 'Notes' }).expect(401);
    const { body } = await api.post('/orders').set(asAda).send({ book: 'Notes' }).expect(201);
    expect(body).toMatchObject({ id: 4, book: 'Notes' });
  });

  it('says what is wrong with a body', async () => {
    await api.post('/orders').set(asAda).type('json').send('{"book":').expect(400);
    await api
      .post('/orders')
      .set(asAda)
      .send({ book: 'x'.repeat(20_000) })
      .expect(413);
  });

  it('limits how often one may ask', async () => {
    const busy = request(makeApp({ perMinute: 1 }));
    await busy.get('/status').expect(200);
    await busy.get('/status').expect(429);
  });

  it('keeps receipts', async () => {
    const uploaded = await api.post('/files').set(asAda).attach('receipt', Buffer.from('1.50'), 'receipt.txt');
    await api.get(`/files/${uploaded.body.name}`).set(asAda).expect(200);
    await api.post('/files').set(asAda).field('note', 'none').expect(422);
    await api.post('/files').set(asAda).attach('receipt', Buffer.alloc(2000), 'large.txt').expect(413);
  });

  /** As the payment service sends it. */
  function notify(event) {
    return api
      .post('/webhooks/payments')
      .set(asAda)
      .set('X-Signature', sign(JSON.stringify(event)))
      .send(event);
  }

  it('hears of payments', async () => {
    const paid = once(app.locals.events, 'paid');
    await notify({ type: 'paid', order: 1 }).expect(204);
    expect(await paid).toEqual([1]);
    await notify({ type: 'opened', order: 1 }).expect(204);
    await api.post('/webhooks/payments').set(asAda).send({ type: 'paid' }).expect(401);
  });

  it('hears of refunds', async () => {
    const refunded = once(app.locals.events, 'refunded');
    const sent = notify({ type: 'refunded', order: 2 });
    sent.catch(() => undefined);
    expect(await refunded).toEqual([2]);
    sent.abort();
  });
});

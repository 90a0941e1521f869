/** The suite of the app, as often as `FEATURES` says: each feature makes an app of its own. */
/* global describe, it, before */
const { deepEqual } = require('node:assert/strict');
const { env } = require('node:process');
const request = require('supertest');
const { createApp } = require('./app.cjs');

for (let feature = 0; feature < Number(env.FEATURES); feature++) {
  describe(`Feature ${feature}`, () => {
    let app;
    before(() => {
      app = createApp();
    });

    it('has items', async () => {
      const { body } = await request(app).get('/items').expect(200);
      deepEqual(body, [{ id: '1', name: 'one' }]);
    });
    it('has one item', () => request(app).get('/items/1').expect(200, { id: '1', name: 'one' }));
    it('has not all items', () => request(app).get('/items/none').expect(404, { error: 'no such item' }));
    it('takes an item', () => request(app).post('/items').send({ name: 'two' }).expect(201));
    it('refuses what is no JSON', () => request(app).post('/items').type('json').send('{"name').expect(400));
    it('takes a form', () => request(app).post('/items').type('form').send({ name: 'three' }).expect(201));
    it('signs in', async () => {
      const agent = request.agent(app);
      await agent.get('/users/me').expect(401);
      await agent.post('/users/login').send({ name: 'ann' }).expect(200);
      await agent.get('/users/me').expect(200, { name: 'ann' });
    });
    it('answers a preflight', () =>
      request(app).options('/items').set('Origin', 'http://a.example').expect(204));
    it('serves a file', () => request(app).get('/static/app.cjs').expect(200));
    it('has no page', () => request(app).get('/none').expect(404));
  });
}

import assert from 'node:assert/strict';
import { expectNoConflict, type TestApp, testApp } from 'openhands-express/testing';
import { shop } from './shop.ts';

describe('The shop', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await testApp('enterprise', { mount: shop });
  });
  afterEach(() => app.close());

  it('shows its start page to all, and orders only to those who are signed in', async () => {
    await app.agent().get('/').expect(200, 'Welcome to the shop');
    await app.agent().get('/api/orders').expect(401);
  });

  it('knows who is signed in', async () => {
    const cat = await app.agent().signIn('octocat');
    const response = await cat.get('/api/orders').expect(200);
    assert.deepEqual(response.body, { buyer: '583231', orders: [] });
    expectNoConflict(response);
  });

  it('keeps its customers apart', async () => {
    const [cat, bot] = [await app.agent().signIn('octocat'), await app.agent().signIn('hubot')];
    const [ofCat, ofBot] = await Promise.all([cat.get('/api/orders'), bot.get('/api/orders')]);
    assert.notEqual(ofCat.body.buyer, ofBot.body.buyer);
  });

  it('forgets a customer who signs out', async () => {
    const cat = await app.agent().signIn('octocat');
    await cat.post('/api/logout').expect(200);
    await cat.get('/api/orders').expect(401);
  });

  it('keeps customers signed in when their token expires and when GitHub is down', async () => {
    const cat = await app.agent().signIn('octocat');
    await cat.get('/api/github/user').expect(200);

    app.github.advance(9 * 60 * 60 * 1000);
    await cat.get('/api/github/user').expect(200);
    assert.equal(app.github.calls.refreshes, 1);

    app.github.faults.add({ on: '*', kind: 'reset' });
    await cat.get('/api/github/user').expect(200).expect('X-Stale', '1');
    await cat.get('/api/orders').expect(200);
  });
});

import assert from 'node:assert/strict';
import { expectConflict, expectNoConflict, type TestApp, testApp } from 'openhands-express/testing';
import { AcmeServerConfig } from './acme-server-config.ts';

describe('The third layer', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await testApp(AcmeServerConfig);
  });
  afterEach(() => app.close());

  it('stands on top of two editions, without a warning', () => {
    assert.deepEqual([...new Set(app.app.stack.plan.map(({ layer }) => layer))].sort(), [
      'acme',
      'enterprise',
      'oss',
    ]);
    const names = app.app.stack.plan.map(({ name }) => name);
    assert.ok(names.indexOf('tenant') > names.indexOf('github-user'), names.join(' '));
    assert.ok(!names.includes('request-id'));
    assert.deepEqual(app.app.stack.diagnostics, []);
  });

  it('names requests as the proxy does', async () => {
    await app.agent().get('/health').set('X-Acme-Trace', 't-1').expect('X-Request-Id', 't-1');
  });

  it('knows whom a user works for', async () => {
    const cat = await app.agent().signIn('octocat');
    await cat.get('/api/acme/tenant').expect(200, { tenant: 'research' });
    const bot = await app.agent().signIn('hubot');
    await bot.get('/api/acme/tenant').expect(200, { tenant: null });
    await app.agent().get('/api/acme/tenant').expect(401);
  });

  it('leaves the conflict of the layers below to their one rule', async () => {
    const cat = await app.agent().signIn('octocat');
    expectNoConflict(await cat.get('/api/acme/tenant'));
    await cat.saveToken(app.github.addPersonalAccessToken('octocat'));
    const response = await cat.get('/api/acme/tenant').expect(200, { tenant: 'research' });
    expectConflict(response, { id: 'S302', key: 'github_token' });
  });

  it('is described with the rest of the API', async () => {
    const { body } = await app.agent().get('/api/openapi.json').expect(200);
    assert.equal(body.paths['/api/acme/tenant'].get.operationId, 'getTenant');
  });
});

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { Repository } from 'openhands-express';
import { type TestApp, testApp } from 'openhands-express/testing';

const SERVICE = fileURLToPath(new URL('./acme-github-service.ts', import.meta.url));

describe('A GitHub service of our own', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await testApp('oss', { env: { OPENHANDS_GITHUB_SERVICE_CLS: `${SERVICE}#AcmeGitHubService` } });
    app.github.directory.addOrganization({ login: 'acme', members: ['wile'] });
    app.github.directory.addUser({ login: 'wile' });
    app.github.directory.addRepository({ owner: 'acme', name: 'anvil' });
    app.github.directory.addRepository({ owner: 'wile', name: 'diary' });
  });
  afterEach(() => app.close());

  it('offers what belongs to Acme, and nothing else', async () => {
    const wile = await app.agent().saveToken(app.github.addPersonalAccessToken('wile'));
    const { body } = await wile.get('/api/github/repositories').expect(200);
    assert.deepEqual(
      (body as Repository[]).map(({ full_name }) => full_name),
      ['acme/anvil'],
    );
  });

  it('keeps the answers to failures as they are', async () => {
    const wile = await app.agent().saveToken(app.github.addPersonalAccessToken('wile'));
    app.github.faults.add({ on: 'GET /user/repos', kind: 'rate-limit', times: 1 });
    await wile.get('/api/github/repositories').expect(429).expect('Retry-After', /\d+/);
    await wile.get('/api/github/repositories').expect(200);
  });

  it('does not let a token that is refused replace a good one', async () => {
    const wile = await app.agent().saveToken(app.github.addPersonalAccessToken('wile'));
    await assert.rejects(wile.saveToken('ghp_of_nobody'), /401/);
    await wile.get('/api/github/repositories').expect(200);
  });
});

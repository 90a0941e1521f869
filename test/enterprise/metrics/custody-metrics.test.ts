import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import request from 'supertest';
import { registerCustodyMetrics } from '../../../lib/enterprise/metrics/custody-metrics.ts';
import { EnterpriseSite } from '../../integration/enterprise-site.ts';

describe('The metrics of custody', () => {
  let site: EnterpriseSite;

  beforeEach(async () => {
    site = await EnterpriseSite.open();
  });
  afterEach(() => site.close());

  async function value(metric: string): Promise<string | undefined> {
    const { text } = await request(site.url).get('/internal/metrics').expect(200);
    return new RegExp(`^${metric} (\\S+)$`, 'm').exec(text)?.[1];
  }

  it('count the users who back off, until they may try again', async () => {
    const browser = await site.signedIn('octocat');
    assert.equal(await value('openhands_github_users_backing_off'), '0');
    site.github.faults.add({ on: 'POST /login/oauth/access_token', kind: 'html' });
    site.github.advance(9 * 60 * 60 * 1000);
    await browser.get('/api/github/user');
    assert.equal(await value('openhands_github_users_backing_off'), '1');
    site.github.advance(5 * 60 * 1000);
    assert.equal(await value('openhands_github_users_backing_off'), '0');
  });

  it('count the grants that GitHub has not taken back yet', async () => {
    const browser = await site.signedIn('octocat');
    site.github.faults.add({ on: 'DELETE /applications/{client_id}/grant', kind: 'html' });
    await browser.post('/api/logout?everywhere=1').expect(200);
    assert.equal(await value('openhands_github_revocations_waiting'), '1');
    assert.equal(await value('openhands_github_tokens_unsaved'), '0');
  });

  it('can be read while the store is away', async () => {
    const registry = new Registry();
    registerCustodyMetrics(registry, {
      usersBackingOff: 0,
      unsavedRecords: 3,
      revocationsWaiting: () => Promise.reject(new Error('away')),
    });
    const text = await registry.metrics();
    assert.match(text, /^openhands_github_tokens_unsaved 3$/m);
    assert.match(text, /^openhands_github_revocations_waiting Nan$/im);
  });
});

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import {
  type GithubTokenProvider,
  type GithubTokens,
  SaasServerConfig,
  SignedOutError,
} from '../../lib/enterprise/index.ts';
import type { ServerConfigOptions } from '../../lib/oss/index.ts';
import { testApp } from '../../lib/testing/index.ts';

/** Keeps tokens where no store is asked, as another server would. */
class TokensElsewhere implements GithubTokenProvider {
  readonly kept = new Map<string, GithubTokens>();
  isClosed = false;

  async store(githubUserId: string, tokens: GithubTokens) {
    this.kept.set(githubUserId, tokens);
    return Promise.resolve();
  }
  async token(githubUserId: string) {
    const tokens = this.kept.get(githubUserId);
    return tokens === undefined ? Promise.reject(new SignedOutError()) : Promise.resolve(tokens.accessToken);
  }
  async replacementFor() {
    return Promise.resolve(undefined);
  }
  async revoke(githubUserId: string) {
    this.kept.delete(githubUserId);
    return Promise.resolve();
  }
  async forget(githubUserId: string) {
    return this.revoke(githubUserId);
  }
  async close() {
    this.isClosed = true;
    return Promise.resolve();
  }
}

describe('SaasServerConfig', () => {
  it('leaves the tokens to whom an edition on top of it names', async () => {
    const tokens = new TokensElsewhere();
    class AcmeServerConfig extends SaasServerConfig {
      override tokenProvider(): GithubTokenProvider {
        return tokens;
      }
    }
    const { agent, files, app, close } = await testApp(AcmeServerConfig);
    const cat = await agent().signIn('octocat');
    const { body } = await cat.get('/api/github/user').expect(200);
    const id = String((body as { id: number }).id);
    assert.deepEqual([...tokens.kept.keys()], [id]);
    assert.equal(existsSync(join(files, 'users/github', id, 'github_token.json')), false);
    assert.equal(app.config.tokenCustody(), undefined);
    await cat.post('/api/logout?everywhere=1').expect(200);
    assert.equal(tokens.kept.size, 0);
    await close();
    assert.equal(tokens.isClosed, true);
  });

  /** An edition whose metrics are in a registry of the host's. */
  function withRegistry(registry: unknown) {
    return class extends SaasServerConfig {
      constructor(options: ServerConfigOptions) {
        super(options);
        Object.assign(this.metrics, { registry });
      }
    };
  }

  it('refuses what is no registry of prom-client, in one line', async () => {
    for (const registry of [undefined, null, {}, { metrics: () => '' }, new Map()])
      await assert.rejects(testApp(withRegistry(registry)), {
        name: 'ConfigurationError',
        message:
          /^config\.metrics\.registry is no Registry of prom-client: it has no .*registerMetric\(\)\.$/,
      });
  });

  it('takes a registry of another copy of prom-client', async () => {
    const own = new Registry();
    const registry = Object.fromEntries(
      (['metrics', 'getMetricsAsJSON', 'getSingleMetric', 'registerMetric'] as const).map((name) => [
        name,
        (own[name] as () => unknown).bind(own),
      ]),
    );
    const { close } = await testApp(withRegistry(registry));
    assert.match(await own.metrics(), /openhands_/);
    await close();
  });
});

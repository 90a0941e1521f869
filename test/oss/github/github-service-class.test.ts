import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../../lib/index.ts';
import { type Edition, testApp } from '../../../lib/testing/index.ts';

const OSS = new URL('../../../lib/oss/index.ts', import.meta.url).href;
const ENTERPRISE = new URL('../../../lib/enterprise/index.ts', import.meta.url).href;

describe('OPENHANDS_GITHUB_SERVICE_CLS', () => {
  let directory: string;
  let module: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'github-service-'));
    module = join(directory, 'services.mts');
    await writeFile(
      module,
      `import { GitHubService } from '${OSS}';
       import { SaaSGitHubService } from '${ENTERPRISE}';
       export class Shouting extends GitHubService {
         async getUser() { const user = await super.getUser(); return { ...user, login: user.login.toUpperCase() }; }
       }
       export class SaaSShouting extends SaaSGitHubService {
         async getUser() { const user = await super.getUser(); return { ...user, login: user.login.toUpperCase() }; }
       }
       export class Stranger {}`,
    );
  });
  after(() => rm(directory, { recursive: true }));

  /** Who GitHub says the user is, in an edition with this class. */
  async function login(edition: Edition, name: string): Promise<string> {
    const app = await testApp(edition, { env: { OPENHANDS_GITHUB_SERVICE_CLS: name } });
    try {
      const agent = app.agent();
      if (edition === 'oss') await agent.saveToken(app.github.addPersonalAccessToken('octocat'));
      else await agent.signIn('octocat');
      const { body } = await agent.get('/api/github/user').expect(200);
      return (body as { login: string }).login;
    } finally {
      await app.close();
    }
  }

  it('names what the OSS edition calls GitHub with', async () => {
    assert.equal(await login('oss', `${module}#Shouting`), 'OCTOCAT');
  });

  it('names what the Enterprise edition calls GitHub with for a signed-in user', async () => {
    assert.equal(await login('enterprise', `${module}#SaaSShouting`), 'OCTOCAT');
  });

  it('empty counts as unset', async () => {
    assert.equal(await login('oss', ''), 'octocat');
  });

  const mistakes: readonly [string, Edition, () => string, RegExp][] = [
    ['no export', 'oss', () => module, /is not <module>#<export>/],
    ['a missing module', 'oss', () => './gone.ts#Shouting', /\.\/gone\.ts cannot be loaded/],
    ['a missing export', 'oss', () => `${module}#Gone`, /has no export named Gone/],
    [
      'a class of another kind',
      'oss',
      () => `${module}#Stranger`,
      /is not a class that extends GitHubService\.$/,
    ],
    [
      'a class that cannot have the tokens of signed-in users',
      'enterprise',
      () => `${module}#Shouting`,
      /is not a class that extends SaaSGitHubService\.$/,
    ],
  ];
  for (const [mistake, edition, name, message] of mistakes) {
    it(`is refused in one line when it names ${mistake}`, async () => {
      await assert.rejects(
        testApp(edition, { env: { OPENHANDS_GITHUB_SERVICE_CLS: name() } }),
        (error: unknown) => {
          assert.ok(error instanceof ConfigurationError);
          assert.match(error.message, message);
          assert.match(error.message, /^OPENHANDS_GITHUB_SERVICE_CLS[^\n]*$/);
          return true;
        },
      );
    });
  }
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '../../lib/oss/errors.ts';
import { type TestApp, testApp } from '../../lib/testing/index.ts';
import { ENCODINGS } from '../text-encodings.ts';

describe('What a client may offer', () => {
  let folder: string;
  let file: string;
  let app: TestApp | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'options-'));
    file = join(folder, 'models.txt');
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await rm(folder, { recursive: true });
  });

  for (const edition of ['oss', 'enterprise'] as const) {
    it(`is the models of LLM_MODELS_FILE in the ${edition} edition, as they are now`, async () => {
      await writeFile(file, '# ours\nours/large\n\n  ours/small  \nours/large\n');
      app = await testApp(edition, { env: { LLM_MODELS_FILE: file }, models: ['of/the-code'] });
      const agent = app.agent();
      await agent.get('/api/options/models').expect(200, ['ours/large', 'ours/small']);
      await writeFile(file, 'ours/next\r\n');
      await agent.get('/api/options/models').expect(200, ['ours/next']);
      await rm(file);
      await agent.get('/api/options/models').expect(200, ['ours/next']);
      assert.match(app.log.join(''), /LLM_MODELS_FILE cannot be read; the last one read still holds/);
    });

    it(`is missed at the start of the ${edition} edition, if its file is`, async () => {
      await assert.rejects(testApp(edition, { env: { LLM_MODELS_FILE: file } }), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(
          error.message,
          /^LLM_MODELS_FILE: .*models\.txt cannot be read\. Create it with one model a line/,
        );
        return true;
      });
    });
  }

  it('is read as people write it', async () => {
    for (const [name, encode] of ENCODINGS) {
      await writeFile(file, encode('ours/größte\nours/small\n'));
      app = await testApp('oss', { env: { LLM_MODELS_FILE: file } });
      const { body } = await app.agent().get('/api/options/models').expect(200);
      assert.deepEqual(body, ['ours/größte', 'ours/small'], name);
      await app.close();
    }
  });

  it('is a list of its own without a file, and that of the code where the code has one', async () => {
    app = await testApp('oss');
    const { body } = await app.agent().get('/api/options/models').expect(200);
    assert.ok(body.length > 0);
    await app.close();
    app = await testApp('oss', { models: ['of/the-code'] });
    await app.agent().get('/api/options/models').expect(200, ['of/the-code']);
  });

  it('has the slug of the GitHub App where it is set, in the Enterprise edition', async () => {
    app = await testApp('enterprise', { env: { GITHUB_APP_SLUG: 'acme-hands' } });
    const { body } = await app.agent().get('/api/options/config').expect(200);
    assert.equal(body.APP_SLUG, 'acme-hands');
    await app.close();
    app = await testApp('enterprise');
    assert.ok(!('APP_SLUG' in (await app.agent().get('/api/options/config')).body));
  });

  it('has no slug that is no name of a GitHub App', async () => {
    for (const slug of ['https://github.com/apps/acme', 'acme hands', '-acme', 'acme/', '1 2']) {
      await assert.rejects(
        testApp('enterprise', { env: { GITHUB_APP_SLUG: slug } }),
        /^ConfigurationError: GITHUB_APP_SLUG must be/,
      );
    }
  });
});

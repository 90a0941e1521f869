import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { OssApp } from './oss-app.ts';

const DEFAULTS = {
  language: null,
  agent: null,
  security_analyzer: null,
  llm_model: null,
  llm_base_url: null,
  max_iterations: null,
  remote_runtime_resource_factor: null,
  confirmation_mode: null,
  user_consents_to_analytics: null,
  enable_default_condenser: false,
  llm_api_key: null,
  github_token_is_set: false,
};

describe('Settings of the OSS edition', () => {
  let oss: OssApp;
  beforeEach(async () => {
    oss = await OssApp.start();
  });
  afterEach(() => oss.close());

  it('are not found before anything is stored', async () => {
    await oss.request
      .get('/api/settings')
      .expect(404, { error: 'Settings not found', code: 'settings_not_found' });
  });

  it('are shown with every field but the token', async () => {
    await oss.request
      .post('/api/settings')
      .send({ language: 'en' })
      .expect(200, { message: 'Settings stored' });
    await oss.request.get('/api/settings').expect(200, { ...DEFAULTS, language: 'en' });
  });

  it('show a set secret as a mask, and keep it when the mask comes back', async () => {
    await oss.save({ llm_api_key: 'sk-secret' });
    const { body } = await oss.request.get('/api/settings').expect(200);
    assert.equal(body.llm_api_key, '**********');
    await oss.save({ ...body, language: 'de' });
    assert.equal((await oss.settingsFile()).llm_api_key, 'sk-secret');
    assert.equal((await oss.settingsFile()).language, 'de');
  });

  it('keep what a newer version has stored, and do not show it', async () => {
    await oss.writeFile('settings.json', JSON.stringify({ language: 'en', theme: 'dark' }));
    await oss.save({ language: 'fr', theme: 'light', unknown: 1 });
    assert.equal((await oss.settingsFile()).theme, 'dark');
    assert.equal('unknown' in (await oss.settingsFile()), false);
    await oss.request.get('/api/settings').expect(200, { ...DEFAULTS, language: 'fr' });
  });

  it('accept an empty object, which changes nothing', async () => {
    await oss.save({ language: 'en' });
    await oss.save({});
    await oss.request.get('/api/settings').expect(200, { ...DEFAULTS, language: 'en' });
  });

  const wrong: readonly [unknown, object][] = [
    [{ max_iterations: 'many' }, { loc: ['body', 'max_iterations'], type: 'int_type' }],
    [{ max_iterations: 1.5 }, { loc: ['body', 'max_iterations'], type: 'int_from_float' }],
    [{ language: 5 }, { loc: ['body', 'language'], type: 'string_type' }],
    [{ llm_api_key: ['sk'] }, { loc: ['body', 'llm_api_key'], type: 'string_type' }],
    [{ confirmation_mode: 'yes' }, { loc: ['body', 'confirmation_mode'], type: 'bool_type' }],
    [{ enable_default_condenser: null }, { loc: ['body', 'enable_default_condenser'], type: 'bool_type' }],
    [{ unset_github_token: 1 }, { loc: ['body', 'unset_github_token'], type: 'bool_type' }],
    [[], { loc: ['body'], type: 'dict_type' }],
    [null, { loc: ['body'], type: 'dict_type' }],
  ];
  for (const [body, complaint] of wrong) {
    it(`refuse ${JSON.stringify(body)}, and say where it is wrong`, async () => {
      const response = await oss.request
        .post('/api/settings')
        .set('Content-Type', 'application/json')
        .send(JSON.stringify(body))
        .expect(422);
      const [{ msg, ...detail }] = response.body.detail;
      assert.deepEqual(detail, complaint);
      assert.match(msg, /^Input should be/);
      assert.equal(response.body.code, 'validation_error');
      assert.match(response.body.error, /^The request is not valid\. /);
      await oss.request.get('/api/settings').expect(404);
    });
  }

  it('refuse a request without a body', async () => {
    const { body } = await oss.request.post('/api/settings').expect(422);
    assert.deepEqual(body.detail, [{ loc: ['body'], msg: 'Field required', type: 'missing' }]);
  });

  it('refuse a body that is no JSON, without repeating it', async () => {
    const { body, text } = await oss.request
      .post('/api/settings')
      .set('Content-Type', 'application/json')
      .send('{"github_token": "ghp_secret"')
      .expect(400);
    assert.equal(body.code, 'malformed_json');
    assert.ok(!text.includes('ghp_secret'));
  });

  it('refuse a body of another type', async () => {
    const { body } = await oss.request
      .post('/api/settings')
      .type('form')
      .send({ language: 'en' })
      .expect(415);
    assert.equal(body.code, 'unsupported_media_type');
  });

  it('refuse a body that is too large', async () => {
    const { body } = await oss.request
      .post('/api/settings')
      .send({ language: 'x'.repeat(200_000) })
      .expect(413);
    assert.equal(body.code, 'body_too_large');
  });

  describe('and the GitHub token', () => {
    it('is stored when GitHub knows it, and never shown', async () => {
      const token = await oss.saveTokenOf('octocat');
      assert.equal((await oss.settingsFile()).github_token, token);
      const { body, text } = await oss.request.get('/api/settings').expect(200);
      assert.equal(body.github_token_is_set, true);
      assert.equal('github_token' in body, false);
      assert.ok(!text.includes(token));
    });

    it('is refused when GitHub does not know it, and the old one is kept', async () => {
      const token = await oss.saveTokenOf('octocat');
      const { body } = await oss.request
        .post('/api/settings')
        .send({ github_token: 'ghp_wrong', language: 'de' })
        .expect(401);
      assert.equal(body.error, 'Invalid GitHub token. Please make sure it is valid.');
      assert.equal((await oss.settingsFile()).github_token, token);
      assert.equal((await oss.settingsFile()).language, null);
    });

    it('is refused without asking GitHub when it cannot be one', async () => {
      await oss.request.post('/api/settings').send({ github_token: 'pass\nwörd' }).expect(401);
      assert.equal(oss.github.calls.count('GET /user'), 0);
    });

    for (const kind of ['reset', 'html', 'empty', 'truncated'] as const) {
      it(`is neither refused nor stored when GitHub fails (${kind}), and the old one is kept`, async () => {
        const token = await oss.saveTokenOf('octocat');
        const other = oss.github.addPersonalAccessToken('hubot');
        oss.github.faults.add({ on: 'GET /user', kind });
        const response = await oss.request
          .post('/api/settings')
          .send({ github_token: other, language: 'de' })
          .expect(503);
        assert.equal(response.body.code, 'github_unavailable');
        assert.match(response.headers['retry-after'] ?? '', /^\d+$/);
        assert.equal((await oss.settingsFile()).github_token, token);
        assert.equal((await oss.settingsFile()).language, null);
      });
    }

    for (const kept of ['**********', '', null]) {
      it(`is kept, without asking GitHub, when ${JSON.stringify(kept)} is posted`, async () => {
        const token = await oss.saveTokenOf('octocat');
        const asked = oss.github.calls.count('GET /user');
        await oss.save({ github_token: kept });
        assert.equal((await oss.settingsFile()).github_token, token);
        assert.equal(oss.github.calls.count('GET /user'), asked);
      });
    }

    it('is removed by unset_github_token, even while GitHub is down', async () => {
      await oss.saveTokenOf('octocat');
      oss.github.faults.add({ on: 'GET /user', kind: 'reset' });
      await oss.save({ unset_github_token: true, github_token: 'ghp_not-asked-about' });
      assert.equal((await oss.settingsFile()).github_token, null);
      const { body } = await oss.request.get('/api/settings').expect(200);
      assert.equal(body.github_token_is_set, false);
    });
  });

  it('that are damaged are set aside, and everything goes on', async () => {
    await oss.writeFile('settings.json', '{"language": "en"');
    await oss.request.get('/api/settings').expect(404);
    await oss.request.get('/health').expect(200, '"OK"');
    await oss.request.get('/').expect(200);
    const aside = (await readdir(oss.directory)).filter((name) => name.startsWith('settings.json.corrupt-'));
    assert.equal(aside.length, 1);
    await oss.save({ language: 'de' });
    await oss.request.get('/api/settings').expect(200, { ...DEFAULTS, language: 'de' });
  });

  it('that cannot be read are an error of the server, and not of what needs no settings', async () => {
    const broken = await OssApp.start({ env: { FILE_STORE_PATH: '/dev/null/store' } });
    try {
      for (const path of ['/health', '/alive', '/', '/api/options/config']) {
        await broken.request.get(path).expect(200);
      }
      await broken.request.post('/api/logout').expect(200);
      const { body, text } = await broken.request.get('/api/settings').expect(503);
      assert.match(body.code, /^storage_/);
      assert.ok(!text.includes('/dev/null'));
      const ready = await broken.request.get('/ready').expect(503);
      assert.equal(ready.body.code, 'not_ready');
      assert.deepEqual(ready.body.checks, { store: 'failed' });
    } finally {
      await broken.close();
    }
  });
});

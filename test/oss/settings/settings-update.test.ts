import assert from 'node:assert/strict';
import { MASK, Secret } from '../../../lib/oss/secret.ts';
import type { Settings } from '../../../lib/oss/settings/settings.ts';
import { settingsFrom } from '../../../lib/oss/settings/settings-document.ts';
import { applyUpdate, settingsUpdate } from '../../../lib/oss/settings/settings-update.ts';

const STORED = settingsFrom({
  language: 'en',
  agent: 'CodeActAgent',
  security_analyzer: 'invariant',
  llm_model: 'openai/gpt-4o',
  llm_base_url: 'https://llm.example',
  max_iterations: 50,
  remote_runtime_resource_factor: 2,
  confirmation_mode: true,
  user_consents_to_analytics: true,
  enable_default_condenser: true,
  llm_api_key: 'sk-1',
  github_token: 'ghp_1',
});

const update = (body: unknown): Settings => applyUpdate(STORED, settingsUpdate().parse(body));
const plain = (settings: Settings): object => ({
  ...settings,
  llm_api_key: settings.llm_api_key?.reveal() ?? null,
  github_token: settings.github_token?.reveal() ?? null,
});

describe('an update of Settings', () => {
  it('keeps every field that is left out', () => {
    assert.deepEqual(plain(update({})), plain(STORED));
  });

  const clearable = [
    'language',
    'agent',
    'security_analyzer',
    'llm_model',
    'llm_base_url',
    'max_iterations',
    'remote_runtime_resource_factor',
    'confirmation_mode',
  ] as const;
  for (const field of clearable) {
    it(`clears ${field} with null, and nothing else`, () => {
      assert.deepEqual(plain(update({ [field]: null })), { ...plain(STORED), [field]: null });
    });
  }

  for (const field of ['llm_api_key', 'github_token', 'user_consents_to_analytics'] as const) {
    it(`keeps ${field} with null`, () => {
      assert.deepEqual(plain(update({ [field]: null })), plain(STORED));
    });
  }

  for (const [field, posted] of [
    ['llm_api_key', MASK],
    ['llm_api_key', ` ${MASK}\n`],
    ['github_token', MASK],
    ['github_token', ''],
    ['github_token', '  '],
  ] as const) {
    it(`keeps ${field} with ${JSON.stringify(posted)}`, () => {
      assert.equal(update({ [field]: posted })[field]?.reveal(), STORED[field]?.reveal());
    });
  }

  for (const posted of ['', '  ']) {
    it(`clears llm_api_key with ${JSON.stringify(posted)}, and nothing else`, () => {
      assert.deepEqual(plain(update({ llm_api_key: posted })), { ...plain(STORED), llm_api_key: null });
    });
  }

  for (const field of ['llm_api_key', 'github_token'] as const) {
    it(`takes a new ${field}, without the blanks of a careless paste`, () => {
      assert.deepEqual(plain(update({ [field]: ' new\n' })), { ...plain(STORED), [field]: 'new' });
    });
  }

  it('sets false and 0, which are values like any other', () => {
    const changed = { enable_default_condenser: false, confirmation_mode: false, max_iterations: 0 };
    assert.deepEqual(plain(update(changed)), { ...plain(STORED), ...changed });
  });

  it('removes the token last, whatever else the update says of it', () => {
    const settings = update({ github_token: 'ghp_2', unset_github_token: true, language: 'de' });
    assert.deepEqual(plain(settings), { ...plain(STORED), github_token: null, language: 'de' });
  });

  it('removes nothing when unset_github_token is false or null', () => {
    assert.ok(update({ unset_github_token: false }).github_token);
    assert.ok(update({ unset_github_token: null }).github_token);
  });

  it('ignores unknown fields, dangerous ones too', () => {
    assert.deepEqual(plain(update(JSON.parse('{"color":"red","__proto__":{"agent":"x"}}'))), plain(STORED));
  });

  it('holds a posted secret as a Secret', () => {
    assert.ok(update({ llm_api_key: 'sk-2' }).llm_api_key instanceof Secret);
  });
});

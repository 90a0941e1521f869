import assert from 'node:assert/strict';
import express from 'express';
import request from 'supertest';
import { isJsonReadAsForm } from '../../lib/oss/json-read-as-form.ts';

describe('JSON in the body of a request', () => {
  const PARSERS = {
    json: express.json({ strict: false }),
    form: express.urlencoded({ extended: false, type: () => true }),
    'extended form': express.urlencoded({ extended: true, type: () => true }),
  };

  async function isTakenForForm(parser: keyof typeof PARSERS, text: string): Promise<boolean> {
    const app = express().use(PARSERS[parser], (req, res) => res.json(isJsonReadAsForm(req.body)));
    const { body } = await request(app).post('/').set('Content-Type', 'application/json').send(text);
    return body as boolean;
  }

  it('is known for what it is, whichever form parser has read it', async () => {
    const texts = [
      '{"a":"b"}',
      '{"a":"b=c&d=e"}',
      '{ "a": ["b", "c=d"] }',
      '[1,"a=b"]',
      '["a=b"]',
      '[{"a":"b=c"}]',
    ];
    for (const text of texts) {
      for (const parser of ['form', 'extended form'] as const) {
        assert.equal(await isTakenForForm(parser, text), true, `${parser}: ${text}`);
      }
    }
  });

  it('is no form where it was read as JSON, whatever its own names begin with', async () => {
    for (const text of ['{"{a}":"x"}', '{"[a]":"x"}', '{"{{name}}":"x","b":"y"}', '{"[x":{"y":"z"}}', '{}']) {
      assert.equal(await isTakenForForm('json', text), false, text);
    }
  });
});

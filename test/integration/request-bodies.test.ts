/** `POST /api/settings` with bodies as clients send them, and as parsers of a host leave them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import express, { type RequestHandler } from 'express';
import { type TestApp, testApp } from '../../lib/testing/index.ts';

const GERMAN = '{"language":"de"}';

/** What a host may have in front, `undefined` for nothing: what it leaves is bytes, text, a value, or the stream. */
const PARSERS: Readonly<Record<string, RequestHandler | undefined>> = {
  'no parser': undefined,
  'express.raw() of everything': express.raw({ type: () => true }),
  'express.text() of everything': express.text({ type: () => true }),
  'express.json()': express.json({ type: ['json', '+json'], strict: false }),
  'express.json() that keeps rawBody': express.json({
    strict: false,
    verify: (req, _res, bytes) => Object.assign(req, { rawBody: bytes }),
  }),
  'a parser that leaves {} where it has read nothing': (req, _res, next) => {
    req.body = {};
    next();
  },
};

for (const [name, parser] of Object.entries(PARSERS)) {
  describe(`Settings behind ${name}`, () => {
    let app: TestApp;
    beforeEach(async () => {
      app = await testApp('oss', {
        mount: (edition) => {
          const host = express();
          if (parser) host.use(parser);
          return host.use(edition);
        },
      });
    });
    afterEach(() => app.close());

    async function post(
      body: string | Buffer | undefined,
      type?: string,
      headers: Record<string, string> = {},
    ) {
      const request = httpRequest(`${app.url}/api/settings`, {
        method: 'POST',
        headers: { ...(type !== undefined && { 'Content-Type': type }), ...headers },
      });
      const answered = new Promise<[number, Record<string, unknown>]>((resolve, reject) => {
        request.once('error', reject).once('response', (response) => {
          text(response).then(
            (answer) => resolve([response.statusCode!, JSON.parse(answer) as Record<string, unknown>]),
            reject,
          );
        });
      });
      request.end(body);
      return answered;
    }
    async function language(): Promise<unknown> {
      const { body } = await app.agent().get('/api/settings');
      return (body as { language?: unknown }).language;
    }

    for (const type of [
      'application/json',
      'Application/JSON; charset=utf-8',
      'application/merge-patch+json',
      'application/vnd.api+json',
      '',
      undefined,
    ]) {
      it(`are stored from ${type === undefined ? 'no Content-Type' : `"${type}"`}`, async () => {
        const [status, body] = await post(GERMAN, type);
        assert.deepEqual([status, body.message], [200, 'Settings stored']);
        assert.equal(await language(), 'de');
      });
    }

    it('are not stored from an empty body, or from none', async () => {
      for (const type of ['application/json', 'application/problem+json', undefined]) {
        for (const headers of [{}, { 'Content-Length': '0' }, { 'Transfer-Encoding': 'chunked' }]) {
          const [status, body] = await post(undefined, type, headers);
          assert.deepEqual(
            [status, body.code],
            [422, 'validation_error'],
            `${type} ${JSON.stringify(headers)}`,
          );
        }
      }
      assert.equal((await app.agent().get('/api/settings')).status, 404);
    });

    it('are stored from JSON behind a byte order mark', async () => {
      const [status] = await post(`\uFEFF${GERMAN}`, 'application/json');
      assert.equal(status, 200);
      assert.equal(await language(), 'de');
    });

    it('are not stored from another type, whatever is in it', async () => {
      for (const type of ['text/plain', 'application/octet-stream', 'application/x-www-form-urlencoded']) {
        const [status, body] = await post(GERMAN, type);
        assert.deepEqual([status, body.code], [415, 'unsupported_media_type'], type);
      }
      assert.equal((await app.agent().get('/api/settings')).status, 404);
    });

    it('are not stored from what is no JSON', async () => {
      // What is said to be JSON is malformed; what nobody has labelled is something else.
      const [status] = await post('{"language"', undefined);
      assert.equal(status, 422);
      if (!name.startsWith('express.json()')) {
        const [labelled, body] = await post('{"language"', 'application/json');
        assert.deepEqual([labelled, body.code], [400, 'malformed_json']);
      }
      assert.equal((await app.agent().get('/api/settings')).status, 404);
    });

    it('are not stored from a text or a list', async () => {
      for (const json of ['[1]', 'null', '7', '"a text"']) {
        const [status] = await post(json, 'application/json');
        assert.ok(status === 422 || status === 400, `${json}: ${status}`);
      }
      assert.equal((await app.agent().get('/api/settings')).status, 404);
    });
  });
}

describe('Settings behind a form parser of the host that takes every type', () => {
  for (const extended of [true, false]) {
    it(`are not said to be stored when it has read JSON as a form (extended: ${extended})`, async () => {
      const app = await testApp('oss', {
        mount: (edition) => express().use(express.urlencoded({ extended, type: () => true }), edition),
      });
      for (const json of [
        GERMAN,
        ' \n{"language": "de"}',
        '{"language":"a=b&c=d"}',
        '{"language":"a&0=1"}',
        '{"language":["a[b]=c"]}',
        '{}',
        '[]',
        '[1,2]',
        '[{"language":"de"}]',
        '"a=text"',
        '"text"',
        'null',
        '7',
      ]) {
        for (const type of ['application/json', 'application/merge-patch+json']) {
          const answer = await fetch(`${app.url}/api/settings`, {
            method: 'POST',
            headers: { 'Content-Type': type },
            body: json,
          });
          assert.equal(answer.status, 415, json);
        }
      }
      assert.equal((await app.agent().get('/api/settings')).status, 404);
      await app.close();
    });
  }
});

describe('A body in a transfer coding', () => {
  it('that nobody here understands is 400, and stores nothing', async () => {
    const app = await testApp('oss');
    const request = httpRequest(`${app.url}/api/settings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'gzip, chunked' },
    });
    // Not even when the bytes are JSON: it was said that they are not.
    request.end(GERMAN);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(response)) as { code: string };
    assert.deepEqual([response.statusCode, body.code], [400, 'bad_request']);
    assert.equal((await app.agent().get('/api/settings')).status, 404);
    await app.close();
  });
});

describe('A body that a parser of the host has left, and that is longer than any settings', () => {
  it('is 413', async () => {
    const app = await testApp('oss', {
      mount: (edition) => express().use(express.raw({ type: () => true, limit: '1mb' }), edition),
    });
    const answer = await fetch(`${app.url}/api/settings`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ language: 'x'.repeat(200_000) }),
    });
    assert.equal(answer.status, 413);
    await app.close();
  });
});

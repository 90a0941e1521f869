import assert from 'node:assert/strict';
import express from 'express';
import { pino } from 'pino';
import supertest from 'supertest';
import { compose } from '../../../lib/compose.ts';
import { requestId } from '../../../lib/oss/middleware/request-id.ts';
import { requestLog, withoutValues } from '../../../lib/oss/middleware/request-log.ts';

describe('the request log', () => {
  let text: string;
  const lines = () =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  function app() {
    text = '';
    let time = 0;
    const log = pino({ level: 'trace' }, { write: (line: string) => (text += line) });
    const stack = compose({ oss: [requestId(), requestLog({ log, now: () => (time += 5) })] });
    return express()
      .use(stack)
      .get('/fails', (_req, res) => res.status(500).end())
      .get('/outage', (_req, res) => res.status(503).end())
      .use((_req, res) => res.send('ok'));
  }

  it('has one line for a request: what was asked, how it ended, how long it took', async () => {
    await supertest(app()).get('/api/github/repositories?page=2').set('X-Request-Id', 'r1').expect(200);
    const [line, ...more] = lines();
    assert.equal(more.length, 0);
    assert.equal(line?.request_id, 'r1');
    assert.equal(line.method, 'GET');
    assert.equal(line.url, '/api/github/repositories?page=2');
    assert.equal(line.status, 200);
    assert.equal(line.duration_ms, 5);
    assert.equal(line.level, 30);
  });

  it('is loud about failures of the server', async () => {
    await supertest(app()).get('/fails').expect(500);
    assert.equal(lines()[0]?.level, 50);
  });

  it('leaves requests that an outage has failed to those who look for them', async () => {
    await supertest(app()).get('/outage').expect(503);
    assert.equal(lines()[0]?.level, 20);
  });

  it('has no line for a health check, and one for what only looks like it', async () => {
    const served = app();
    for (const path of ['/health', '/alive', '/ready', '/READY/', '/ready?x=1']) {
      await supertest(served).get(path).expect(200);
      await supertest(served).head(path).expect(200);
    }
    assert.equal(text, '');
    for (const path of ['/healthy', '/api/health', '/ready/x']) await supertest(served).get(path).expect(200);
    await supertest(served).post('/health').expect(200);
    assert.deepEqual(
      lines().map(({ url }) => url),
      ['/healthy', '/api/health', '/ready/x', '/health'],
    );
  });

  it('holds no cookie, token, code or body', async () => {
    await supertest(app())
      .post('/oauth/github/callback?code=c0de-secret&state=st4te-secret')
      .set('Cookie', 'openhands_auth=c00kie-secret')
      .set('Authorization', 'Bearer t0ken-secret')
      .send({ github_token: 'b0dy-secret' })
      .expect(200);
    assert.ok(!text.includes('secret'), text);
  });
});

describe('a URL in the log', () => {
  const urls: readonly [string, string][] = [
    ['/', '/'],
    ['/?', '/?'],
    ['/x?page=1&per_page=5', '/x?page=1&per_page=5'],
    ['/x?code=1&page=2&state=a%20b', '/x?code=*&page=2&state=*'],
    ['/x?flag', '/x?flag'],
    ['/x?a=b?c=d', '/x?a=*'],
    ['/x?code=a=b', '/x?code=*'],
    ['/x?ghp_0123456789abcdefghijABCDEFGHIJ012345', '/x?*'],
    ['/x?ghp_onlyLetters', '/x?*'],
    ['/x?github_pat_11ABC_def&flag', '/x?*&flag'],
    ['/x?gho_abc=1&page=2', '/x?*=*&page=2'],
    ['/x?page=ghs_abc', '/x?page=*'],
    ['/x?3f2504e04f8911d39a0c', '/x?*'],
    ['/x?%67hp_abc', '/x?*'],
    ['/x?aVeryLongWordThatIsNoNameOfAnything', '/x?*'],
    ['/x/ghu_abc123/y', '/x/*/y'],
    ['/x?installation_id=7&return_to=/a', '/x?installation_id=7&return_to=*'],
  ];
  for (const [url, logged] of urls) {
    it(`is ${logged} for ${url}`, () => {
      assert.equal(withoutValues(url), logged);
    });
  }
});

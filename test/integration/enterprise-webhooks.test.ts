import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import express from 'express';
import request from 'supertest';
import { type TestApp, testApp, type TestAppOptions } from '../../lib/testing/index.ts';
import { holdAtGitHub } from '../github-gate.ts';

const PATH = '/integration/github/events';
const [CURRENT, OLD] = ['the current secret', 'the old secret'];
const CHECK = 'POST /applications/{client_id}/token';
const REVOKED = JSON.stringify({ action: 'revoked', sender: { id: 583231, login: 'octocat' } });

describe('Webhooks', () => {
  let app: TestApp;
  afterEach(() => app.close());

  async function start(options: TestAppOptions = {}): Promise<void> {
    app = await testApp('enterprise', {
      patience: { replicaLagMs: 5 },
      ...options,
      env: { GITHUB_APP_WEBHOOK_SECRET: `${CURRENT}, ${OLD}`, ...options.env },
    });
  }

  const signature = (body: string | Buffer, secret = CURRENT) =>
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

  function deliver(body: string, signed = signature(body), event = 'github_app_authorization') {
    return request(app.url)
      .post(PATH)
      .set({ 'Content-Type': 'application/json', 'X-GitHub-Event': event, 'X-Hub-Signature-256': signed })
      .send(body);
  }

  /** The user takes the authorization back, which kills the tokens, and GitHub tells of it. */
  function revoke(signed?: string) {
    app.github.tokens.revokeGrant('octocat');
    return deliver(REVOKED, signed);
  }

  it('are taken with any of the secrets, while one is being changed for another', async () => {
    await start();
    for (const secret of [CURRENT, OLD]) {
      const octocat = await app.agent().signIn('octocat');
      await revoke(signature(REVOKED, secret).toUpperCase().replace('SHA256', 'sha256')).expect(200);
      await octocat.get('/api/settings').expect(401);
    }
    const octocat = await app.agent().signIn('octocat');
    await revoke(signature(REVOKED, 'another secret')).expect(403);
    await octocat.post('/api/authenticate').expect(200);
  });

  it('that are delivered again end no session that was begun since', async () => {
    await start();
    await app.agent().signIn('octocat');
    await revoke().set('X-GitHub-Delivery', 'first').expect(200);
    const octocat = await app.agent().signIn('octocat');
    await deliver(REVOKED).set('X-GitHub-Delivery', 'first').expect(200);
    await octocat.post('/api/authenticate').expect(200);
    await octocat.get('/api/github/user').expect(200);
    await revoke().set('X-GitHub-Delivery', 'second').expect(200);
    await octocat.post('/api/authenticate').expect(401);
  });

  describe('of a revocation that come after the user has signed in again', () => {
    async function signedInAgain() {
      await start();
      await app.agent().signIn('octocat');
      app.github.tokens.revokeGrant('octocat');
      return app.agent().signIn('octocat');
    }

    it('end nothing', async () => {
      const octocat = await signedInAgain();
      await deliver(REVOKED).expect(200, { message: 'Event received' });
      await octocat.get('/api/github/repositories').expect(200);
      assert.equal(app.log.filter((line) => line.includes('has signed in since')).length, 1);
    });

    it('end nothing when the new tokens have expired meanwhile, and only have to be refreshed', async () => {
      const octocat = await signedInAgain();
      app.github.advance(9 * 60 * 60 * 1000);
      await deliver(REVOKED).expect(200);
      await octocat.get('/api/github/repositories').expect(200);
    });

    it('end the sessions when GitHub cannot say whether the new tokens work', async () => {
      const octocat = await signedInAgain();
      app.github.faults.add({ on: CHECK, kind: 'status', status: 502 });
      await deliver(REVOKED).expect(200);
      await octocat.post('/api/authenticate').expect(401);
    });

    it('end the sessions when that grant is gone, too, though a replica of GitHub’s has not heard of it', async () => {
      const octocat = await signedInAgain();
      const check = holdAtGitHub(app.github, CHECK, 'after');
      const delivered = deliver(REVOKED).then(({ status }) => status);
      await check.isThere;
      app.github.tokens.revokeGrant('octocat');
      check.letGo();
      assert.equal(await delivered, 200);
      await octocat.post('/api/authenticate').expect(401);
    });
  });

  it('of other kinds may be long; of this kind they are short', async () => {
    await start();
    const long = JSON.stringify({ text: 'x'.repeat(2_000_000) });
    await deliver(long, signature(long), 'push').expect(200);
    const { body } = await deliver(long).expect(413);
    assert.equal(body.code, 'body_too_large');
    const unmeasured = long.slice(0, 100_000);
    const { status } = await fetch(`${app.url}${PATH}`, {
      method: 'POST',
      headers: { 'X-GitHub-Event': 'github_app_authorization', 'X-Hub-Signature-256': signature(unmeasured) },
      body: new Blob([unmeasured]).stream(),
      duplex: 'half',
    });
    assert.equal(status, 413, 'without a Content-Length');
  });

  it('are refused before their body is read, if it would be too long or is encoded', async () => {
    await start();
    const zipped = gzipSync('x'.repeat(10_000_000));
    const { status, body } = await request(app.url)
      .post(PATH)
      .set({ 'Content-Encoding': 'gzip', 'X-Hub-Signature-256': signature(zipped) })
      .send(zipped);
    assert.deepEqual([status, body.code], [415, 'unsupported_media_type']);
    const answer = await answerTo({
      'Content-Length': 30 * 1024 * 1024,
      'X-Hub-Signature-256': signature(''),
    });
    assert.equal(answer, 413);
    assert.equal(await answerTo({ 'Content-Length': 1_000, 'X-Hub-Signature-256': 'sha256=short' }), 403);
  });

  /** The status of the answer to headers alone: the body that they promise never comes. */
  async function answerTo(headers: Record<string, string | number>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const sending = httpRequest(`${app.url}${PATH}`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.once('error', reject).flushHeaders();
    });
  }

  it('without a valid signature count against their address, before they are read; valid ones never do', async () => {
    await start({ env: { RATE_LIMIT: '3/hour', TRUST_PROXY: 'loopback' } });
    for (let count = 0; count < 10; count += 1) await deliver('{}', undefined, 'ping').expect(200);
    for (let count = 0; count < 3; count += 1) await deliver('{}', signature('other')).expect(403);
    const { body, headers } = await deliver('{}', signature('other'), 'ping').expect(429);
    assert.equal(body.code, 'rate_limit_exceeded');
    assert.ok(Number(headers['retry-after']) > 0);
    const unread = { 'Content-Length': 1_000, 'X-Hub-Signature-256': signature('') };
    assert.equal(await answerTo(unread), 429, 'nothing of the body is waited for');
    await deliver('{}', undefined, 'ping').set('X-Forwarded-For', '192.0.2.1').expect(200);
  });

  it('of a revocation are heard however many others have failed at the same address', async () => {
    await start({ env: { RATE_LIMIT: '3/hour' } });
    const octocat = await app.agent().signIn('octocat');
    for (let count = 0; count < 3; count += 1) await deliver('{}', signature('other')).expect(403);
    await deliver('{}', undefined, 'ping').expect(429);
    await deliver(REVOKED, signature('other')).expect(429);
    await octocat.post('/api/authenticate').expect(200);
    await revoke().expect(200);
    await octocat.post('/api/authenticate').expect(401);
  });

  it('are not held while they are read: eight bodies of 10 MB at once take less than half of that', async () => {
    await start();
    const body = Buffer.alloc(10_000_000, 'x');
    let most = 0;
    const before = process.memoryUsage();
    const held = () => {
      const { arrayBuffers, external } = process.memoryUsage();
      return Math.max(arrayBuffers - before.arrayBuffers, external - before.external);
    };
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const { status } = await fetch(`${app.url}${PATH}`, {
          method: 'POST',
          headers: { 'X-GitHub-Event': 'push', 'X-Hub-Signature-256': signature('invented') },
          body: slowly(body, () => (most = Math.max(most, held()))),
          duplex: 'half',
        });
        return status;
      }),
    );
    assert.deepEqual([...new Set(statuses)], [403]);
    assert.ok(most < 40_000_000, `${most} bytes`);
  });

  function slowly(body: Buffer, onChunk: () => void): ReadableStream<Uint8Array> {
    let sent = 0;
    return new ReadableStream({
      pull(controller) {
        onChunk();
        controller.enqueue(body.subarray(sent, sent + 65_536));
        sent += 65_536;
        if (sent >= body.length) controller.close();
      },
    });
  }

  it('are checked by the raw body that a parser of the host has left', async () => {
    for (const parser of [
      express.raw({ type: () => true }),
      express.text({ type: () => true }),
      express.json({
        verify: (req, _res, raw) => Object.assign(req, { rawBody: raw.toString() }),
      }),
      express.json({
        verify: (req, _res, raw) => {
          (req as unknown as { rawBody: Buffer }).rawBody = raw;
        },
      }),
    ]) {
      await start({ mount: (edition) => express().use(parser, edition) });
      const octocat = await app.agent().signIn('octocat');
      await revoke().expect(200);
      await octocat.post('/api/authenticate').expect(401);
      await deliver(REVOKED, signature('other')).expect(403);
      await app.close();
    }
    await start({ mount: (edition) => express().use(express.json(), edition) });
    await deliver(REVOKED).expect(403);
    assert.ok(app.log.some((line) => line.includes('has consumed its raw body')));
  });
});

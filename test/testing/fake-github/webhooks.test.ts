import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeGitHub } from '../../../lib/testing/index.ts';

describe('a revocation at the fake GitHub', () => {
  let github: FakeGitHub;
  beforeEach(async () => {
    github = await FakeGitHub.listen();
  });
  afterEach(() => github.close());

  it('kills the tokens and sends a signed webhook that names the user', async () => {
    const { access_token: token } = github.tokens.issuePair('octocat');
    let received: { headers: IncomingHttpHeaders; body: string } | undefined;
    const server = createServer((req, res) => {
      const chunks: Buffer[] = [];
      req.on('data', (chunk: Buffer) => chunks.push(chunk));
      req.on('end', () => {
        received = { headers: req.headers, body: Buffer.concat(chunks).toString() };
        res.writeHead(204).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      github.options.webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
      assert.equal(await github.revokeAuthorization('octocat'), 204);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    assert.equal(github.tokens.holder(token), undefined);
    const { headers, body } = received!;
    assert.equal(headers['x-github-event'], 'github_app_authorization');
    assert.ok(headers['x-github-delivery']);
    const signature = createHmac('sha256', github.app.webhookSecret).update(body).digest('hex');
    assert.equal(headers['x-hub-signature-256'], `sha256=${signature}`);
    const payload = JSON.parse(body);
    assert.equal(payload.action, 'revoked');
    assert.equal(payload.sender.id, 583231);
  });

  it('kills the tokens when nobody listens', async () => {
    const { access_token: token } = github.tokens.issuePair('octocat');
    assert.equal(await github.revokeAuthorization('octocat'), undefined);
    assert.equal(github.tokens.holder(token), undefined);
  });
});

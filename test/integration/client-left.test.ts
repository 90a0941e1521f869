import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestApp, testApp } from '../../lib/testing/index.ts';

const PATH = '/api/github/installations';

/** A GitHub with ever more installations, of which the third page never comes. */
class EndlessGitHub {
  readonly server: Server;
  readonly pages: ServerResponse[] = [];

  constructor() {
    this.server = createServer((req, res) => {
      res.setHeader('content-type', 'application/json');
      if (req.url === '/user') {
        res.end('{"id":583231,"login":"octocat"}');
        return;
      }
      this.pages.push(res);
      res.setHeader('link', '<http://127.0.0.1/?page=2>; rel="next"');
      if (this.pages.length < 3) res.end(`{"installations":[{"id":${this.pages.length}}]}`);
      else this.server.emit('third page');
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}

describe('A client that leaves before GitHub has answered', () => {
  let github: EndlessGitHub;
  let app: TestApp;

  beforeEach(async () => {
    github = new EndlessGitHub();
    app = await testApp('oss', { env: { GITHUB_API_URL: await github.listen() } });
    await app.agent().saveToken('ghp_any');
  });
  afterEach(async () => {
    await app.close();
    github.server.closeAllConnections();
    github.server.close();
  });

  it('ends the paging that was for it and the call under way, and is no error of the server', async () => {
    const atThirdPage = once(github.server, 'third page');
    const client = request(`${app.url}${PATH}`);
    client.on('error', () => undefined).end();
    await atThirdPage;
    const ended = once(github.pages[2]!, 'close');
    client.destroy();
    await ended;
    // Another request goes all the way, so whatever the one before still had to do is done.
    const next = once(github.server, 'third page');
    const other = request(`${app.url}${PATH}`);
    other.on('error', () => undefined).end();
    github.pages.length = 0;
    await next;
    other.destroy();
    assert.equal(github.pages.length, 3);
    const errors = app.log.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);
    assert.deepEqual(errors, []);
  });
});

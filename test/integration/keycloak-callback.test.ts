import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp, type OpenHandsApp } from '../../lib/app.ts';
import { KeycloakServerConfig } from '../../lib/enterprise/index.ts';
import { FakeGitHub } from '../../lib/testing/index.ts';
import { environmentFor } from './enterprise-site.ts';

const CALLBACK = '/oauth/keycloak/callback';
const BACKCHANNEL = '/oauth/keycloak/backchannel-logout';

describe('The callback of Keycloak', () => {
  let github: FakeGitHub;
  let files: string;
  let app: OpenHandsApp;
  let server: Server;
  let url: string;

  beforeEach(async () => {
    github = await FakeGitHub.listen();
    files = await mkdtemp(join(tmpdir(), 'keycloak-callback-'));
    app = await createApp(
      new KeycloakServerConfig({
        env: {
          ...environmentFor(github, files),
          RATE_LIMIT: '3/minute',
          // Nobody listens there, which is a warning.
          KEYCLOAK_SERVER_URL: 'http://127.0.0.1:9',
          KEYCLOAK_REALM_NAME: 'openhands',
          KEYCLOAK_CLIENT_ID: 'openhands',
          KEYCLOAK_CLIENT_SECRET: 'secret',
        },
        logger: pino({ level: 'silent' }),
      }),
    );
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await app.close();
    await github.close();
    await rm(files, { recursive: true, force: true });
  });

  const get = (path: string) => fetch(url + path, { redirect: 'manual', headers: { accept: 'text/html' } });

  it('is counted with GitHub’s paths, and a browser sees a page for what is refused', async () => {
    const paths = [CALLBACK, '/OAuth/Keycloak/Callback/', '/oauth/github/callback'];
    for (const path of paths) assert.equal((await get(path)).status, 302, path);
    for (const path of [...paths, '/oauth/github/authorize']) {
      const answer = await get(path);
      assert.equal(answer.status, 429, path);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.ok(answer.headers.has('retry-after'));
    }
  });

  it('needs a name for this server, which a logout token does not', async () => {
    const statusOf = async (request: string): Promise<string> => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return answer.toString().slice(9, 12);
    };
    assert.equal(await statusOf(`GET ${CALLBACK} HTTP/1.0\r\n\r\n`), '400');
    const body = 'logout_token=a.b.c';
    const post = `POST ${BACKCHANNEL} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    assert.match(await statusOf(post), /^(400|503)$/);
  });

  it('leaves the limit of sign-ins to browsers: logout tokens do not use it up', async () => {
    for (let n = 0; n < 3; n += 1) {
      const answer = await fetch(url + BACKCHANNEL, {
        method: 'POST',
        headers: { accept: 'text/html' },
        body: new URLSearchParams({ logout_token: '' }),
      });
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
    }
    assert.equal((await get(CALLBACK)).status, 302);
  });

  for (const query of [
    'state=https://evil.example&code=x',
    'state=//evil.example',
    'state=x%0d%0aSet-Cookie:%20a=b',
    'error=access_denied&error_description=%3Cscript%3E',
    'state=a&state=b&code=c&code=d',
    'code[x]=1&state[y]=2&iss[]=3&error[]=4',
  ]) {
    it(`leads nowhere but to a fresh sign-in: ${query}`, async () => {
      const answer = await get(`${CALLBACK}?${query}`);
      assert.deepEqual(
        [answer.status, answer.headers.get('location'), answer.headers.getSetCookie()],
        [302, '/oauth/github/authorize', []],
      );
    });
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import express, { type Express } from 'express';
import request from 'supertest';
import { compose } from '../../lib/compose.ts';
import { type Inspector, inspector, type InspectorOptions } from '../../lib/inspector/index.ts';
import { testApp } from '../../lib/testing/index.ts';
import { pass } from '../compose/pass.ts';
import { Site } from './watching.ts';

const stack = compose({ base: [pass('only', {})] });

describe('Who may look at the stack inspector', () => {
  let inspecting: Inspector | undefined;

  afterEach(() => inspecting?.close());

  function mount(options?: InspectorOptions): Express {
    const app = express();
    inspecting = inspector(stack, options);
    app.use((_req, res, next) => {
      res.setHeader('Access-Control-Allow-Origin', 'http://localhost:1234');
      res.setHeader('Access-Control-Allow-Credentials', 'true');
      next();
    });
    app.use('/stack', inspecting);
    return app;
  }

  async function refused(test: request.Test): Promise<void> {
    const { status, body } = await test;
    assert.equal(status, 403);
    assert.equal((body as { code: string }).code, 'forbidden');
  }

  it('this machine may', async () => {
    await request(mount()).get('/stack/outline').expect(200);
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:80', '[::1]:3000']) {
      await request(mount()).get('/stack/outline').set('Host', host).expect(200);
    }
  });

  it('nobody may who came by another name, as a page does after DNS rebinding', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '']) {
      await refused(request(mount()).get('/stack/outline').set('Host', host));
    }
  });

  it('nobody may who came through a proxy, whatever it says', async () => {
    for (const header of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via', 'X-Forwarded-Host']) {
      await refused(request(mount()).get('/stack/outline').set(header, '127.0.0.1'));
    }
    const app = mount();
    app.set('trust proxy', 1);
    await refused(request(app).get('/stack/outline'));
  });

  it('nobody may who speaks HTTP/1.0, as a proxy does that adds no header', async () => {
    const server = mount().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const statuses = [];
    for (const version of ['1.0', '1.1']) {
      const socket = connect(port, '127.0.0.1');
      socket.write(
        `GET /stack/outline HTTP/${version}\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
      );
      let answer = '';
      for await (const chunk of socket) answer += String(chunk);
      statuses.push(answer.split(' ')[1]);
    }
    server.close();
    assert.deepEqual(statuses, ['403', '200']);
  });

  it('no other machine may', async function () {
    const address = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    assert.ok(address, 'this test needs a network interface besides loopback');
    const server = mount().listen(0, '0.0.0.0');
    await once(server, 'listening');
    try {
      const { port } = server.address() as { port: number };
      const status = await new Promise((resolve, reject) => {
        const options = { host: address, port, path: '/stack/outline', headers: { host: 'localhost' } };
        httpRequest(options, (res) => resolve(res.resume().statusCode))
          .on('error', reject)
          .end();
      });
      assert.equal(status, 403);
    } finally {
      server.close();
    }
  });

  it('a page of another site may lead here, but read nothing', async () => {
    const foreign = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'cors' };
    await refused(request(mount()).get('/stack/outline').set(foreign));
    const app = mount();
    await request(app)
      .get('/stack/')
      .set({ ...foreign, 'Sec-Fetch-Mode': 'navigate' })
      .expect(200);
    const { headers } = await request(app).get('/stack/outline');
    assert.deepEqual(
      Object.keys(headers as object).filter((name) => name.startsWith('access-control-')),
      [],
      'what the host allows for its API is not meant for this',
    );
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
  });

  it('those whom the host allows may, and nobody else, and every path asks', async () => {
    const allow = (req: express.Request) => Promise.resolve(req.get('X-Operator') === 'yes');
    const app = mount({ allow });
    for (const path of ['/stack', '/stack/', '/stack/main.js', '/stack/outline', '/stack/events']) {
      await refused(request(app).get(path));
    }
    await request(app).get('/stack/outline').set('X-Operator', 'yes').set('Via', 'proxy').expect(200);
  });

  it('nobody may on a server whose PUBLIC_URL tells of a proxy, nor see its metrics', async () => {
    for (const [PUBLIC_URL, status] of [
      ['', 200],
      ['http://localhost:3000', 200],
      ['http://127.0.0.1:8080/base', 200],
      ['https://openhands.example', 403],
      ['https://localhost.openhands.example', 403],
    ] as const) {
      const app = await testApp('enterprise', { env: { STACK_INSPECTOR: '1', PUBLIC_URL } });
      try {
        for (const path of ['/stack/outline', '/internal/metrics']) {
          assert.equal((await request(app.url).get(path)).status, status, `${path} ${PUBLIC_URL}`);
        }
      } finally {
        await app.close();
      }
    }
  });

  it('as many may watch as there is room for', async () => {
    const site = await Site.open(mount());
    const watching = Array.from({ length: 20 }, () => site.watch());
    await Promise.all(watching.map((events) => events.next()));
    assert.equal((await fetch(`${site.url}/stack/events`)).status, 503);
    await watching[0]!.return(undefined);
    await site.close();
  });
});

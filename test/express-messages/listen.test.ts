import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type Express } from 'express';
import request from 'supertest';
import { listen, type ListenParameters } from '../../lib/express-messages/index.ts';

type Listen = (app: Express, ...parameters: ListenParameters) => Server;

/** Side by side: what holds of Express's own has to hold of ours. */
const BOTH: Readonly<Record<string, Listen>> = {
  "Express's app.listen": (app, ...parameters) => app.listen(...(parameters as [number])),
  listen,
};

for (const [name, start] of Object.entries(BOTH)) {
  describe(name, () => {
    let app: Express;
    let folder: string;
    const servers: Server[] = [];

    before(async () => (folder = await mkdtemp(join(tmpdir(), 'listen-'))));
    beforeEach(() => {
      app = express().get('/', (req, res) => void res.json(req.app === app));
    });
    afterEach(() => {
      for (const server of servers.splice(0)) server.close();
    });
    after(() => rm(folder, { recursive: true }));

    /** A server that is closed behind the test. */
    function started(...parameters: ListenParameters): Server {
      const server = start(app, ...parameters);
      servers.push(server);
      return server;
    }

    it('gives a server of Node, which answers as soon as it listens', async () => {
      const server = started(0, '127.0.0.1');
      assert.ok(server instanceof Server);
      assert.equal(server.listening, false);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      assert.equal(await (await fetch(`http://127.0.0.1:${port}`)).text(), 'true');
    });

    for (const [taken, parameters] of [
      ['no parameter', () => []],
      ['a port', () => [0]],
      ['a port and a host', () => [0, '127.0.0.1']],
      ['a port, a host and a backlog', () => [0, '127.0.0.1', 10]],
      ['options', () => [{ port: 0, host: '127.0.0.1', exclusive: true }]],
      ['a path', () => [join(folder, 'socket')]],
    ] as [string, () => [number]][]) {
      it(`takes ${taken}, and a callback, which is called once, as a listener of the server`, async () => {
        const calls: unknown[][] = [];
        const server = await new Promise((resolve) => {
          started(...parameters(), function (this: unknown, ...results: unknown[]) {
            calls.push(results);
            resolve(this);
          });
        });
        assert.equal(server, servers[0]);
        assert.ok(server instanceof Server && server.listening);
        server.emit('error', new Error('of later'));
        assert.deepEqual(calls, [[]]);
      });
    }

    it('listens where another server does', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      servers.push(other);
      const { _handle } = other as unknown as { _handle: object };
      await once(started(_handle), 'listening');
    });

    it('tells the callback, once, of the error that keeps it from listening', async () => {
      const taken = started(0, '127.0.0.1');
      await once(taken, 'listening');
      const { port } = taken.address() as AddressInfo;
      const errors: unknown[] = [];
      const failed = started(port, '127.0.0.1', (error) => errors.push(error));
      await once(failed, 'error');
      assert.deepEqual(
        errors.map((error) => (error as NodeJS.ErrnoException).code),
        ['EADDRINUSE'],
      );
      assert.equal(failed.listenerCount('error'), 0);
    });

    it('emits that error, where there is no callback', async () => {
      const taken = started(0, '127.0.0.1');
      await once(taken, 'listening');
      const failed = started((taken.address() as AddressInfo).port, '127.0.0.1');
      assert.equal(failed.listenerCount('error'), 0);
      const [error] = (await once(failed, 'error')) as [NodeJS.ErrnoException];
      assert.equal(error.code, 'EADDRINUSE');
    });

    it('throws at once for a port that there is not', () => {
      assert.throws(() => start(app, 70_000, () => undefined), { code: 'ERR_SOCKET_BAD_PORT' });
    });

    it('gives supertest what it needs', async () => {
      await request(started(0, '127.0.0.1')).get('/').expect(200, 'true');
    });
  });
}

describe('listen', () => {
  it('makes requests and responses that Express has nothing to change of', async () => {
    const app = express().use((_req, res) => res.end());
    const server = listen(app, 0, '127.0.0.1');
    const made: unknown[] = [];
    server.prependListener('request', (...messages) => {
      made.push(...messages.map((message) => Object.getPrototypeOf(message) as unknown));
    });
    await request(server).get('/').expect(200);
    server.close();
    assert.deepEqual(made, [app.request, app.response]);
  });
});

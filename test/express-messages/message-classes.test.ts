import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { Express, Request } from 'express';
import request from 'supertest';
import { messageClassesFor } from '../../lib/express-messages/index.ts';
import { EXPRESS_VERSIONS } from './express-versions.ts';

type Greeting = Request & { greeting?: string };

for (const { version, express } of EXPRESS_VERSIONS) {
  describe(`The requests and responses that a server makes for an app of ${version}`, () => {
    /** A server for the app, and the prototypes of what it has made before Express has seen it. */
    function serverFor(app: Express) {
      const made: unknown[] = [];
      const server = createServer(messageClassesFor(app));
      server.on('request', (req, res) => made.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res)));
      server.on('request', app);
      return { server, made };
    }

    it('have the prototypes that Express would give them, so that it has none to change', async () => {
      const app = express();
      const { server, made } = serverFor(app);
      app.get('/', (req, res) => {
        made.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
        res.end();
      });
      await request(server).get('/').expect(200);
      assert.deepEqual(
        made.map((prototype) => prototype === app.request || prototype === app.response),
        [true, true, true, true],
      );
    });

    it("are Node's own all the same, in their type and their name", async () => {
      const app = express();
      const { server } = serverFor(app);
      app.get('/', (req, res) => {
        assert.ok(req instanceof IncomingMessage && res instanceof ServerResponse);
        res.json([inspect(req, { depth: -1 }), inspect(res, { depth: -1 })]);
      });
      assert.deepEqual((await request(server).get('/')).body, ['[IncomingMessage]', '[ServerResponse]']);
    });

    it('have what is added to the prototypes of the app before and afterwards', async () => {
      const before = express();
      Object.defineProperty(before.request, 'greeting', { get: () => 'hello' });
      const afterwards = express();
      const servers = [before, afterwards].map((app) => serverFor(app).server);
      Object.defineProperty(afterwards.request, 'greeting', { get: () => 'hello' });
      for (const app of [before, afterwards])
        app.use((req, res) => void res.send((req as Greeting).greeting));
      for (const server of servers) assert.equal((await request(server).get('/')).text, 'hello');
    });

    it('have what is added to the prototypes of Express itself before and afterwards', async () => {
      const app = express();
      const prototype = express.request as Greeting;
      try {
        prototype.greeting = 'before';
        const { server } = serverFor(app);
        app.use((req, res) => void res.send((req as Greeting).greeting));
        assert.equal((await request(server).get('/')).text, 'before');
        prototype.greeting = 'afterwards';
        assert.equal((await request(server).get('/')).text, 'afterwards');
      } finally {
        delete prototype.greeting;
      }
    });

    it('pass on to apps that are mounted already what is added afterwards', async () => {
      const app = express();
      const inner = express().use((req, res) => void res.send((req as Greeting).greeting));
      app.use(inner);
      const { server } = serverFor(app);
      (app.request as Greeting).greeting = 'from the host';
      assert.equal((await request(server).get('/')).text, 'from the host');
    });

    it("have an inner app's prototypes within it, and the app's again behind it", async () => {
      const app = express();
      const inner = express();
      const { server, made } = serverFor(app);
      inner.use((req, res, next) => {
        made.push(
          Object.getPrototypeOf(req) === inner.request,
          Object.getPrototypeOf(res) === inner.response,
        );
        next();
      });
      app.use(inner);
      app.use((req, res) => {
        made.push(Object.getPrototypeOf(req) === app.request, Object.getPrototypeOf(res) === app.response);
        res.end();
      });
      await request(server).get('/').expect(200);
      assert.deepEqual(made.slice(2), [true, true, true, true]);
    });

    it('belong to the app when it is mounted in another', async () => {
      const app = express();
      messageClassesFor(app);
      app.use((req, res) => void res.json([req.app === app, res.app === app]));
      const host = createServer(express().use(app));
      assert.deepEqual((await request(host).get('/')).body, [true, true]);
    });

    it('are of the same classes for a second server of the app', () => {
      const app = express();
      assert.deepEqual(messageClassesFor(app), messageClassesFor(app));
    });

    it('are of other classes when the app has been given another prototype since', async () => {
      const app = express();
      const first = messageClassesFor(app);
      app.request = Object.create(app.request, { greeting: { value: 'hello' } }) as Express['request'];
      const { server, made } = serverFor(app);
      app.use((req, res) => void res.send((req as Greeting).greeting));
      assert.equal((await request(server).get('/')).text, 'hello');
      assert.equal(made[0], app.request);
      assert.notEqual(messageClassesFor(app).IncomingMessage, first.IncomingMessage);
      assert.deepEqual(messageClassesFor(app), messageClassesFor(app));
    });

    it('are made by a server of HTTPS as well', async () => {
      const app = express().use((req, res) => void res.json([req.secure, req.protocol]));
      const made: unknown[] = [];
      const psk = Buffer.from('a key that both know');
      const tls = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
      const server = https.createServer({ ...messageClassesFor(app), ...tls, pskCallback: () => psk });
      server.on('request', (req) => made.push(Object.getPrototypeOf(req)));
      await once(server.on('request', app).listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const trust = {
        pskCallback: () => ({ psk, identity: 'a client' }),
        checkServerIdentity: () => undefined,
      };
      const sent = https.get({ host: '127.0.0.1', port, agent: false, ...tls, ...trust });
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      assert.equal(await text(answer), '[true,"https"]');
      server.close();
      assert.equal(made[0], app.request);
    });
  });
}

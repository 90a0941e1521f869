import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import express, { type Express } from 'express';
import request from 'supertest';
import { messagesFor } from '../../lib/server/express-messages.ts';

describe('The requests and responses that a server makes for an app', () => {
  /** A server for the app, and the prototypes of what it has made before Express has seen it. */
  function serverFor(app: Express) {
    const made: unknown[] = [];
    const server = createServer(messagesFor(app));
    server.on('request', (req, res) => made.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res)));
    server.on('request', app);
    return { server, made };
  }

  it('have the prototypes that Express would give them, so that it has none to change', async () => {
    const app = express();
    const { server, made } = serverFor(app);
    app.get('/', (req, res) => {
      made.push(Object.getPrototypeOf(req), Object.getPrototypeOf(res));
      res.json({ query: req.query, accepts: req.accepts('json'), ip: req.ip !== undefined });
    });
    const { body, headers } = await request(server).get('/?a=b');
    assert.deepEqual(body, { query: { a: 'b' }, accepts: 'json', ip: true });
    assert.equal(headers['x-powered-by'], 'Express');
    assert.equal(made.length, 4);
    for (const [index, prototype] of made.entries()) {
      assert.equal(prototype, index % 2 === 0 ? app.request : app.response);
    }
  });

  it('keep what an app has added to its own', async () => {
    const app = express();
    Object.defineProperty(app.request, 'greeting', { get: () => 'hello' });
    const { server } = serverFor(app);
    app.get('/', (req, res) => void res.send((req as unknown as { greeting: string }).greeting));
    assert.equal((await request(server).get('/')).text, 'hello');
  });

  it('are those of an app that is mounted in it while that has them, and its own again behind it', async () => {
    const app = express();
    const inner = express().set('name', 'inner');
    inner.use((req, _res, next) => {
      assert.equal(req.app.get('name'), 'inner');
      next();
    });
    const { server } = serverFor(app);
    app.use(inner);
    app.get('/', (req, res) => void res.json(Object.getPrototypeOf(req) === app.request && req.app === app));
    assert.deepEqual((await request(server).get('/')).body, true);
  });

  it('stay with the app when it is mounted in another', async () => {
    const app = express();
    messagesFor(app);
    app.get('/', (req, res) => void res.json(Object.getPrototypeOf(req) === app.request));
    const host = createServer(express().set('trust proxy', true).use(app));
    assert.deepEqual((await request(host).get('/')).body, true);
  });
});

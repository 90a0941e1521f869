import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  Agent,
  get,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { connect } from 'node:net';
import { GracefulServer } from '../../lib/server/graceful-server.ts';

/** Node's server behind a request, which its sockets know. */
const serverOf = (req: IncomingMessage) => (req.socket as typeof req.socket & { server: Server }).server;

describe('GracefulServer', () => {
  let server: GracefulServer;
  let port: number;
  let agent: Agent;
  /** Answers those who wait at `/slow`. */
  let waiting: ServerResponse[];
  let arrived: () => void;

  beforeEach(async () => {
    waiting = [];
    arrived = () => undefined;
    server = new GracefulServer((req, res) => {
      if (req.url === '/begun') {
        res.writeHead(200).write('first');
        waiting.push(res);
        arrived();
      } else if (req.url === '/slow') {
        waiting.push(res);
        arrived();
      } else res.end('ok');
    });
    ({ port } = await server.listen(0, '127.0.0.1'));
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
  });
  afterEach(async () => {
    agent.destroy();
    // Most tests have ended it; a second time does no harm.
    await server.drain({ noticeMs: 0, patienceMs: 0 });
  });

  /** Resolves with the response once its headers are there. */
  async function ask(path: string, through: Agent | false = agent): Promise<IncomingMessage> {
    const [response] = (await once(get({ port, path, agent: through }), 'response')) as [IncomingMessage];
    return response;
  }

  async function text(response: IncomingMessage): Promise<string> {
    let body = '';
    for await (const chunk of response) body += String(chunk);
    return body;
  }

  const countOf = (answers: string) => answers.split('HTTP/1.1 200').length - 1;
  const arrival = () => new Promise<void>((resolve) => (arrived = resolve));
  const refused = () => assert.rejects(ask('/', false), { code: 'ECONNREFUSED' });

  it('has bounds for how long a request may take, its headers, and its silence afterwards, unless it is given others', async () => {
    const boundsOf = async (options: ServerOptions) => {
      const serving = new GracefulServer((req, res) => {
        const { requestTimeout, headersTimeout, keepAliveTimeout } = serverOf(req);
        res.end(JSON.stringify({ requestTimeout, headersTimeout, keepAliveTimeout }));
      }, options);
      const { port: itsPort } = await serving.listen(0, '127.0.0.1');
      const answer = await fetch(`http://127.0.0.1:${itsPort}/`, { headers: { connection: 'close' } });
      await serving.drain({ noticeMs: 0, patienceMs: 0 });
      return answer.json();
    };
    const bounds = { requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 75_000 };
    assert.deepEqual(await boundsOf({}), bounds);
    assert.deepEqual(await boundsOf({ requestTimeout: 20_000 }), { ...bounds, requestTimeout: 20_000 });
  });

  it('cuts a request off that trickles for longer than it may take', async () => {
    const patient = new GracefulServer((req, res) => void req.resume().once('end', () => res.end('ok')), {
      requestTimeout: 100,
      headersTimeout: 100,
      connectionsCheckingInterval: 20,
    });
    const { port: itsPort } = await patient.listen(0, '127.0.0.1');
    const client = connect(itsPort, '127.0.0.1');
    client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    const trickle = setInterval(() => client.write('x'), 10);
    let answer = '';
    client.on('data', (chunk) => (answer += String(chunk))).on('error', () => undefined);
    await once(client, 'close');
    clearInterval(trickle);
    assert.match(answer, /^HTTP\/1\.1 408 /);
    await patient.drain({ noticeMs: 0, patienceMs: 0 });
  });

  it('keeps connections open until it drains, and then tells each client to take another one', async () => {
    const before = await ask('/');
    assert.equal(await text(before), 'ok');
    assert.equal(before.headers.connection, 'keep-alive');
    const drained = server.drain({ noticeMs: 60_000, patienceMs: 60_000 });
    const during = await ask('/');
    assert.equal(await text(during), 'ok');
    assert.equal(during.headers.connection, 'close');
    server.drainNow();
    assert.equal(await drained, 0);
    await refused();
  });

  it('lets a request in flight finish, on a connection that ends with it', async () => {
    const inFlight = arrival();
    const asked = ask('/slow');
    await inFlight;
    const drained = server.drain({ noticeMs: 0, patienceMs: 5_000 });
    await refused();
    waiting[0]!.end('late');
    const response = await asked;
    assert.equal(response.headers.connection, 'close');
    assert.equal(await text(response), 'late');
    assert.equal(await drained, 0);
  });

  it('does not wait for a connection whose answer had begun before', async () => {
    const response = await ask('/begun');
    const drained = server.drain({ noticeMs: 0, patienceMs: 60_000 });
    waiting[0]!.end(' last');
    assert.equal(await text(response), 'first last');
    assert.equal(await drained, 0);
  });

  it('does not wait for idle connections', async () => {
    await text(await ask('/'));
    assert.equal(await server.drain({ noticeMs: 0, patienceMs: 60_000 }), 0);
  });

  it('keeps idle connections for one more request where another server has its place, until it is to end sooner', async () => {
    const others = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      assert.equal(await text(await ask('/')), 'ok');
      assert.equal(await text(await ask('/', others)), 'ok');
      const drained = server.drain({ noticeMs: 0, patienceMs: 60_000, keepsIdle: true });
      await refused();
      const last = await ask('/');
      assert.deepEqual([await text(last), last.headers.connection], ['ok', 'close']);
      // The other one is still open.
      const sooner = server.drain({ noticeMs: 0, patienceMs: 60_000 });
      assert.deepEqual([await drained, await sooner], [0, 0]);
    } finally {
      others.destroy();
    }
  });

  it('cuts off what takes too long, and says how many requests that were', async () => {
    const inFlight = arrival();
    const asked = assert.rejects(ask('/slow'), { code: 'ECONNRESET' });
    await inFlight;
    assert.equal(await server.drain({ noticeMs: 0, patienceMs: 20 }), 1);
    await asked;
  });

  it('cuts everything short when it has to drain at once', async () => {
    const inFlight = arrival();
    const asked = assert.rejects(ask('/slow'), { code: 'ECONNRESET' });
    await inFlight;
    const drained = server.drain({ noticeMs: 60_000, patienceMs: 60_000 });
    server.drainNow();
    assert.equal(await drained, 1);
    await asked;
  });

  it('ends a connection that asks on and on and reads nothing, and goes on for others', async () => {
    const served: string[] = [];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const busy = new GracefulServer((req, res) => {
      if (served.push(req.url ?? '') === 1) req.socket.once('close', end);
      res.end('x'.repeat(100_000));
    });
    const address = await busy.listen(0, '127.0.0.1');
    const greedy = connect(address.port, '127.0.0.1').pause();
    greedy.on('error', () => undefined);
    greedy.write('GET /greedy HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20_000));
    await ended;
    greedy.destroy();
    assert.ok(served.length <= 1_000, `${served.length} requests were served`);
    const [answer] = (await once(get({ port: address.port, path: '/other', agent: false }), 'response')) as [
      IncomingMessage,
    ];
    assert.equal((await text(answer)).length, 100_000);
    await busy.drain({ noticeMs: 0, patienceMs: 0 });
  });

  it('lets a client that reads its answers ask for many at once, and for a thousand on one connection', async () => {
    const pipelining = connect(port, '127.0.0.1');
    let answers = '';
    pipelining.on('data', (chunk) => (answers += String(chunk)));
    for (let batch = 0; batch < 20; batch += 1) {
      const before = countOf(answers);
      pipelining.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(50));
      while (countOf(answers) < before + 50) await once(pipelining, 'data');
    }
    pipelining.destroy();
    assert.match(answers, /\r\nConnection: close\r\n(?!.*\r\nConnection: keep-alive)/s);
  });

  it('ends a request whose headers or body never come', async () => {
    const patient = new GracefulServer((req, res) => void req.resume().once('end', () => res.end()), {
      headersTimeout: 20,
      requestTimeout: 40,
      connectionsCheckingInterval: 10,
    });
    const address = await patient.listen(0, '127.0.0.1');
    for (const begun of [
      'GET / HTTP/1.1\r\nHost: local',
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n1',
    ]) {
      const slow = connect(address.port, '127.0.0.1');
      slow.write(begun);
      let answer = '';
      for await (const chunk of slow) answer += String(chunk);
      assert.match(answer, /^HTTP\/1\.1 408 /, begun);
    }
    await patient.drain({ noticeMs: 0, patienceMs: 0 });
  });

  it('rejects when it cannot listen', async () => {
    const second = new GracefulServer(() => undefined);
    await assert.rejects(second.listen(port, '127.0.0.1'), { code: 'EADDRINUSE' });
    await server.drain({ noticeMs: 0, patienceMs: 0 });
  });
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../eventually.ts';
import { Relay } from './relay.ts';

describe('A relay', () => {
  /** Answers every chunk with the same. */
  let echo: Server;
  let relay: Relay;
  let clients: Socket[];
  /** What each connection of the engine has received, and whether it has ended. */
  let arrived: { text: string; closed: boolean }[];

  beforeEach(async () => {
    clients = [];
    arrived = [];
    echo = createServer((socket) => {
      const seen = { text: '', closed: false };
      arrived.push(seen);
      socket.on('data', (chunk) => {
        seen.text += chunk.toString();
        socket.write(chunk);
      });
      socket.on('error', () => undefined).on('close', () => (seen.closed = true));
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    relay = await Relay.to({ port: (echo.address() as AddressInfo).port });
  });
  afterEach(async () => {
    for (const client of clients) client.destroy();
    await relay.close();
    echo.close();
  });

  async function client(): Promise<Socket> {
    const socket = connect(relay.port, '127.0.0.1').setEncoding('utf8');
    clients.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  async function answer(socket: Socket): Promise<string> {
    const [text] = (await once(socket, 'data')) as [string];
    return text;
  }

  async function say(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    return answer(socket);
  }

  /** Resolves with the error that a socket ends with. */
  const failure = (socket: Socket) => once(socket, 'error').then(([error]) => error as NodeJS.ErrnoException);

  const isOpen = async () => assert.equal(await say(await client(), 'hello'), 'hello');

  it('passes on what both sides say, and that they have ended', async () => {
    const socket = await client();
    assert.equal(await say(socket, 'one'), 'one');
    const large = 'x'.repeat(5_000_000);
    let received = '';
    socket.on('data', (text: string) => (received += text));
    socket.write(large);
    await eventually(() => assert.equal(received.length, large.length));
    socket.end();
    await once(socket, 'close');
    await eventually(() => assert.equal(arrived[0]!.closed, true));
    await eventually(() => assert.equal(relay.connections, 0));
  });

  it('leads to a unix socket as well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'relay-'));
    const path = join(folder, 'engine');
    const engine = createServer((socket) => socket.pipe(socket)).listen(path);
    await once(engine, 'listening');
    relay.target = { path };
    const socket = await client();
    assert.equal(await say(socket, 'one'), 'one');
    relay.cut('open');
    assert.equal((await failure(socket)).code, 'ECONNRESET');
    engine.close();
    await rm(folder, { recursive: true });
  });

  it('is silent on open connections, for ever on those, and tells the engine of their end at restore', async () => {
    const [one, other] = [await client(), await client()];
    await say(one, 'one');
    await say(other, 'one');
    relay.blackhole('open');
    one.write('two');
    other.end();
    await isOpen();
    assert.deepEqual(
      arrived.slice(0, 2).map(({ text, closed }) => [text, closed]),
      [
        ['one', false],
        ['one', false],
      ],
    );
    await relay.restore();
    await eventually(() => assert.ok(arrived[0]!.closed && arrived[1]!.closed));
    one.write('three');
    await isOpen();
    assert.equal(arrived[0]!.text, 'one');
    assert.equal(one.readableLength, 0);
    one.end();
    await once(one, 'close');
  });

  it('accepts new connections and is silent, while open ones go on', async () => {
    const old = await client();
    assert.equal(await say(old, 'one'), 'one');
    relay.blackhole('new');
    const silent = await client();
    silent.write('hello');
    assert.equal(await say(old, 'two'), 'two');
    assert.equal(arrived.length, 1);
    await relay.restore();
    await isOpen();
    assert.equal(silent.readableLength, 0);
  });

  it('keeps back what is said on open and on new connections, and lets it through at restore', async () => {
    const old = await client();
    assert.equal(await say(old, 'one'), 'one');
    relay.stall();
    const young = await client();
    old.write('two');
    young.write('three');
    await eventually(() => assert.equal(arrived.length, 2));
    assert.deepEqual(
      arrived.map(({ text }) => text),
      ['one', ''],
    );
    const answers = Promise.all([answer(old), answer(young)]);
    await relay.restore();
    assert.deepEqual(await answers, ['two', 'three']);
  });

  it('delays each direction as long as it is told, though timers end early', async () => {
    let now = 0;
    const clock = {
      now: () => now,
      rest: async (ms: number) => {
        await new Promise(setImmediate);
        now += Math.max(ms / 2, 0.1);
      },
    };
    const times: number[] = [];
    echo.on('connection', (socket) => socket.on('data', () => times.push(now)));
    await relay.close();
    relay = await Relay.to({ port: (echo.address() as AddressInfo).port }, clock);
    const socket = await client();
    await say(socket, 'one');
    relay.delay({ toServerMs: 80, toClientMs: 120 });
    await say(socket, 'two');
    times.push(now);
    assert.deepEqual(times.map(Math.floor), [0, 80, 200]);
  });

  it('has what is delayed come in order, with what comes without a delay behind it', async () => {
    const socket = await client();
    let received = '';
    socket.on('data', (text: string) => (received += text));
    relay.delay({ toServerMs: 20 });
    socket.write('a');
    relay.delay({ toServerMs: 10 });
    socket.write('b');
    await relay.restore();
    socket.write('c');
    await eventually(() => assert.equal(received, 'abc'));
  });

  it('cuts open connections, and new ones until restore', async () => {
    const socket = await client();
    await say(socket, 'one');
    relay.cut('open');
    assert.equal((await failure(socket)).code, 'ECONNRESET');
    await eventually(() => assert.equal(arrived[0]!.closed, true));
    await isOpen();
    relay.cut('new');
    assert.equal((await failure(connect(relay.port, '127.0.0.1'))).code, 'ECONNRESET');
    await relay.restore();
    await isOpen();
  });

  it('refuses new connections while open ones go on, and takes them at the same port after restore', async () => {
    const socket = await client();
    await say(socket, 'one');
    relay.refuse();
    assert.equal((await failure(connect(relay.port, '127.0.0.1'))).code, 'ECONNREFUSED');
    assert.equal(await say(socket, 'two'), 'two');
    await relay.restore();
    await isOpen();
  });

  it('resets a client when the engine takes no connection', async () => {
    echo.close();
    assert.equal((await failure(await client())).code, 'ECONNRESET');
  });

  it('gives the address of an engine with its own port', () => {
    assert.equal(
      relay.through('postgres://me:secret@127.0.0.1:5432/db?sslmode=disable'),
      `postgres://me:secret@127.0.0.1:${relay.port}/db?sslmode=disable`,
    );
  });
});

import assert from 'node:assert/strict';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { Recorder, setActiveRecorder } from '../../lib/learn/watch/recorder.ts';
import { type ExpressName, freshExpress, watchedExpress } from './fresh-express.ts';
import { PATHS, randomApp, randomOf } from './random-app.ts';

/** An answer as it came: all but its date. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
}

/** Requests of a seed: each path once, with one of several methods and bodies. */
export function requestsOf(seed: number): Sent[] {
  const random = randomOf(seed ^ 0x5eed);
  const kinds = [
    { method: 'GET' },
    { method: 'GET' },
    { method: 'POST', type: 'application/json', body: '{"x":1,"y":{"$gt":2}}' },
    { method: 'POST', type: 'application/x-www-form-urlencoded', body: 'x=1&y=2' },
    { method: 'POST', type: 'application/json', body: '{"broken' },
    { method: 'PUT', type: 'application/octet-stream', body: 'bytes' },
    { method: 'OPTIONS' },
    { method: 'HEAD' },
  ];
  return PATHS.map((path) => ({ path, ...kinds[Math.floor(random() * kinds.length)]! }));
}

/**
 * Asserts that the random apps of some seeds answer the same with the watcher and without it.
 *
 * @returns how many events the watcher has seen.
 */
export async function assertSameAnswers(name: ExpressName, seeds: Iterable<number>): Promise<number> {
  const [plain, watched] = [freshExpress(name), watchedExpress(name)];
  const recorder = new Recorder();
  const before = setActiveRecorder(recorder);
  try {
    for (const seed of seeds) {
      const sent = requestsOf(seed);
      const expected = await answersOf(serverOf(randomApp(plain, seed)), sent);
      const actual = await answersOf(serverOf(randomApp(watched, seed)), sent);
      for (const [index, answer] of actual.entries())
        assert.deepEqual(answer, expected[index], `${name}, seed ${seed}, ${JSON.stringify(sent[index])}`);
    }
  } finally {
    setActiveRecorder(before);
  }
  return recorder.learned().traces.reduce((sum, { events }) => sum + events.length, 0);
}

type FinalHandler = (req: IncomingMessage, res: ServerResponse, options: object) => (error?: unknown) => void;

/** The end of all Express apps, as it is in production: without the stack of an error, which names the watcher. */
const finalhandler = createRequire(import.meta.url)('finalhandler') as FinalHandler;

export function serverOf(app: Express): Server {
  const handle = app as unknown as (
    req: IncomingMessage,
    res: ServerResponse,
    done: (error?: unknown) => void,
  ) => void;
  return createServer((req, res) => handle(req, res, finalhandler(req, res, { env: 'production' })));
}

export async function answersOf(server: Server, sent: readonly Sent[]): Promise<Answer[]> {
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers: Answer[] = [];
  try {
    for (const one of sent) answers.push(await answerOf(port, agent, one));
  } finally {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  }
  return answers;
}

function answerOf(port: number, agent: Agent, { method, path, type, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      cookie: 'a=1',
      origin: 'http://a.example',
      'accept-encoding': 'gzip',
      host: 'localhost',
    };
    const req = request(
      {
        port,
        agent,
        method,
        path,
        headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
      },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const raw = res.rawHeaders.flatMap((header, index) =>
            index % 2 === 0 ? [`${header}: ${undated(header, res.rawHeaders[index + 1]!)}`] : [],
          );
          resolve({ status: res.statusCode!, headers: raw, body: Buffer.concat(chunks).toString('latin1') });
        });
      },
    );
    req.on('error', (error: NodeJS.ErrnoException) => {
      // An answer that breaks off has to break off in both.
      resolve({ status: 0, headers: [], body: error.code ?? error.message });
    });
    req.end(body);
  });
}

function undated(header: string, value: string): string {
  return /^(?:date|last-modified|(?:x-)?ratelimit(?:-.*)?|retry-after)$/i.test(header) ? '(a time)' : value;
}

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../demo/free-port.ts';
import { compiledLaunch } from '../compiled.ts';

/** Several times what a pipe takes before somebody reads it, which is 64 KiB. */
const REQUESTS = 400;
/** What a client may send as a path, and twice what is written in one piece. */
const LONG = 8_000;

describe('The log of several workers in one pipe', () => {
  let folder: string;
  let pipe: string;
  let end: FileHandle;
  let server: ChildProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workers-log-'));
    pipe = join(folder, 'log');
    execFileSync('mkfifo', [pipe]);
    // Open for both, so that there is no waiting for who reads.
    end = await open(pipe, constants.O_RDWR);
  });
  afterEach(async () => {
    server.kill('SIGKILL');
    await end.close().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  it('has whole lines, however long they are and however slowly they are read', async () => {
    const port = await freePort();
    const { args, env } = compiledLaunch('server.ts', {
      FILE_STORE_PATH: join(folder, 'store'),
      PORT: String(port),
      LOG_LEVEL: 'info',
      RATE_LIMIT: 'off',
      WORKERS: '3',
    });
    server = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', end.fd, 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    const ask = (path: string) => fetch(`${url}${path}`, { headers: { connection: 'close' } });
    while (
      !(await ask('/alive').then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await delay(50);

    // Long ones and short ones take turns; nobody reads what is said of them yet.
    const paths = Array.from({ length: REQUESTS }, (_, index) =>
      index % 2 === 0 ? `/api/${index}-${'x'.repeat(LONG)}` : `/api/${index}-`,
    );
    for (let sent = 0; sent < REQUESTS; sent += 20) await Promise.all(paths.slice(sent, sent + 20).map(ask));
    const log = text(createReadStream(pipe, { highWaterMark: 512 }));
    const gone = once(server, 'exit');
    server.kill('SIGTERM');
    await gone;
    // The last that holds it open for writing: now whoever reads it comes to its end.
    await end.close();

    const lines = (await log).trimEnd().split('\n');
    const broken = lines.filter((line) => !isWhole(line));
    assert.deepEqual([broken.length, broken[0]?.slice(0, 200)], [0, undefined]);
    const requests = lines.map((line) => JSON.parse(line) as { msg: string; url: string; worker: number });
    const told = requests.filter(({ msg, url }) => msg === 'request' && url !== '/alive');
    const numbers = told.map(({ url }) => Number(/^\/api\/(\d+)-/.exec(url)?.[1]));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      paths.map((_, index) => index),
    );
    assert.deepEqual([...new Set(told.map(({ worker }) => worker))].sort(), [1, 2, 3]);
  });
});

function isWhole(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
}

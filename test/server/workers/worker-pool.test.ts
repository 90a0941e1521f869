import assert from 'node:assert/strict';
import cluster from 'node:cluster';
import { EventEmitter, once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { WorkerPool } from '../../../lib/server/workers/worker-pool.ts';
import type { StartFailure, WorkerProcess } from '../../../lib/server/workers/worker-process.ts';

type Conduct = 'serves' | 'crashes' | 'hangs' | 'waits' | 'ignores';

describe('WorkerPool', () => {
  const settings = { ...cluster.settings };
  let directory: string;
  let pool: WorkerPool;
  let over: Promise<void>;
  let started: WorkerProcess[];
  let lines: string[];
  let log: EventEmitter;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pool-'));
    cluster.setupPrimary({
      exec: fileURLToPath(new URL('stand-in.mjs', import.meta.url)),
      args: [directory],
      execArgv: [],
    });
    started = [];
    lines = [];
    log = new EventEmitter();
  });
  afterEach(async () => {
    for (let times = 0; times < 3; times++) pool.end('SIGTERM');
    await over.catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
    cluster.setupPrimary(settings);
  });

  /** What each worker is to do when it is started from now on. */
  const conduct = (one: Conduct, two: Conduct = one) =>
    writeFile(join(directory, 'conduct.json'), JSON.stringify({ 1: one, 2: two }));

  function run(startMs?: number): void {
    const write = (line: string): void => {
      lines.push((JSON.parse(line) as { msg: string }).msg);
      log.emit('line');
    };
    pool = new WorkerPool({
      count: 2,
      logAt: () => pino({}, { write }),
      onStart: (worker) => started.push(worker),
      ...(startMs !== undefined && { startMs }),
    });
    over = pool.run();
  }

  /** Resolves once a line has been logged so many times. */
  async function says(pattern: RegExp, times = 1): Promise<void> {
    while (lines.filter((line) => pattern.test(line)).length < times) await once(log, 'line');
  }

  it('ends a first worker that never listens, and says so', async () => {
    await conduct('hangs');
    run(300);
    await assert.rejects(over, (error: StartFailure) => {
      assert.match(error.message, /^Worker 1 did not listen within 0\.3 s, and was ended$/);
      return !error.isTold;
    });
    assert.equal(started.length, 1);
  });

  it('keeps those that serve when the next one does not start, and replaces them once it does', async () => {
    await conduct('serves');
    run();
    await says(/Worker 2 serves/);
    const before = [...started];
    await conduct('crashes');
    pool.replaceAll();
    await says(/Worker 1 ended with code 1 before it listened; those that serve go on/);
    assert.deepEqual(
      before.map(({ state }) => state),
      ['serving', 'serving'],
    );

    await conduct('serves');
    pool.replaceAll();
    await says(/All workers are replaced/);
    await Promise.all(before.map(({ ended }) => ended));
    pool.end('SIGTERM');
    await over;
  });

  it('replaces a worker as well that is just being started with what was true before', async () => {
    await conduct('serves', 'waits');
    run();
    while (!existsSync(join(directory, 'waiting'))) await setImmediate();
    const before = [...started];
    await conduct('serves');
    pool.replaceAll();
    await writeFile(join(directory, 'go'), '');
    await says(/All workers are replaced/);
    await Promise.all(before.map(({ ended }) => ended));
    assert.deepEqual(
      started.slice(2).map(({ number, state }) => `${number} ${state}`),
      ['1 serving', '2 serving'],
    );
  });

  it('replaces the workers once more for all signals that come while it does', async () => {
    await conduct('serves');
    run();
    await says(/Worker 2 serves/);
    for (let times = 0; times < 3; times++) pool.replaceAll();
    await says(/All workers are replaced/, 2);
    pool.end('SIGTERM');
    await over;
    assert.equal(started.length, 6);
  });

  it('starts nothing for a signal to replace the workers that comes while they end', async () => {
    await conduct('serves', 'ignores');
    run();
    await says(/Worker 2 serves/);
    pool.end('SIGTERM');
    const said = lines.length;
    pool.replaceAll();
    started[1]!.kill();
    await over;
    assert.deepEqual([started.length, lines.length], [2, said]);
  });

  it('ends a worker too that was just being started, and did not hear yet', async () => {
    await conduct('serves', 'waits');
    run();
    while (!existsSync(join(directory, 'waiting'))) await setImmediate();
    pool.end('SIGTERM');
    await started[0]!.ended;
    await writeFile(join(directory, 'go'), '');
    await over;
    assert.equal(await started[1]!.ended, 'ended with code 0');
  });

  it('kills workers at the third signal that heed none', async () => {
    await conduct('ignores');
    run();
    await says(/Worker 2 serves/);
    for (let times = 0; times < 3; times++) pool.end('SIGTERM');
    await over;
    const ended = await Promise.all(started.map((worker) => worker.ended));
    assert.deepEqual(ended, ['was ended by SIGKILL', 'was ended by SIGKILL']);
  });

  it('waits ever longer for one that cannot start, and not at all when it is to end', async () => {
    await conduct('serves', 'crashes');
    run();
    await says(/Worker 2 ended with code 1 before it listened; the next one starts in 1 s/);
    assert.match(lines[0]!, /the next one starts at once/);
    pool.end('SIGTERM');
    await over;
    assert.equal(started.length, 3);
  });
});
